import type { Relative } from '#domain/residents/resident-content.js';
import { foldName } from '#domain/residents/names.js';
import { motherOf } from '../envelope/mother.js';
import type { ObservedMother } from '../station-message.js';
import { definedOnly } from '../values/defined-only.js';
import { readPersonNumber } from '../values/person-numbers.js';
import type { XmlElement } from '../xml/xml-element.js';

/** QUANHE_GIADINH: relatives and guardians, in the order of the record. */
export function takeRelatives(general: XmlElement | undefined): readonly Relative[] | undefined {
  const relatives = (general?.all('QUANHE_GIADINH') ?? []).map((entry): Relative =>
    definedOnly({
      relationCode: entry.take('LOAI_QUANHE'),
      relation: entry.take('TEN_QUANHE'),
      name: entry.take('HOTEN'),
      personNumber: entry.take('MADINHDANH'),
      phone: entry.take('DIENTHOAI'),
      mobile: entry.take('DIDONG'),
      guardian: entry.takeAs('GIAMHO', (code) => (code === '1' ? true : code === '0' ? false : undefined)),
    }),
  );
  const told = relatives.filter((relative) => Object.keys(relative).length > 0);
  return told.length > 0 ? told : undefined;
}

/** Words for a mother, folded. The codes of LOAI_QUANHE are in no public source, so words decide. */
const motherWords: ReadonlySet<string> = new Set(['me', 'me de', 'me ruot', 'ma', 'mother']);

export function motherAmong(relatives: readonly Relative[] | undefined): ObservedMother | undefined {
  const mother = relatives?.find(({ relation }) => relation !== undefined && motherWords.has(foldName(relation)));
  return mother && motherOf(mother.name, [readPersonNumber(mother.personNumber ?? '')]);
}
