import type { LocalDate } from '#domain/dates.js';
import type { Place, PlaceRegister } from '#domain/places/place-register.js';
import { foldName } from '#domain/residents/names.js';

export type FoundCommune =
  | { readonly outcome: 'found'; readonly place: Place }
  /** The names of those it may be, for the message. */
  | { readonly outcome: 'ambiguous'; readonly candidates: readonly string[] }
  | { readonly outcome: 'unknown' };

const prefixes = /^(xa|phuong|thi tran|x|p|tt) /;
const higherPrefixes = /^(tinh|thanh pho|huyen|thi xa|quan|tp|t|h) /;

const mostRemembered = 1000;

/** Finds the communes that people name, on the map of one day. */
export class CommuneNames {
  readonly #byName = new Map<string, Place[]>();
  /** A sheet names few communes, each many times. */
  readonly #found = new Map<string, FoundCommune>();

  private constructor(
    private readonly places: PlaceRegister,
    private readonly day: LocalDate,
  ) {
    for (const place of places.all('commune', day)) {
      const whole = foldName(place.name);
      for (const name of new Set([whole, whole.replace(prefixes, '')])) {
        const same = this.#byName.get(name);
        if (same) same.push(place);
        else this.#byName.set(name, [place]);
      }
    }
  }

  /** One of these a day: sheets of one day are read with one. */
  static reader(places: PlaceRegister): (day: LocalDate) => CommuneNames {
    const byDay = new Map<LocalDate, CommuneNames>();
    return (day) => {
      const known = byDay.get(day) ?? new CommuneNames(places, day);
      if (byDay.size < 400) byDay.set(day, known);
      return known;
    };
  }

  /**
   * @param written a code, or a name with or without diacritics and "Xã", the district or province behind a comma
   * @param province where the station is: of communes of one name, the one there is meant
   */
  find(written: string, province: string): FoundCommune {
    const key = `${province} ${written}`;
    const known = this.#found.get(key);
    if (known) return known;
    const found = this.#search(written, province);
    if (this.#found.size < mostRemembered) this.#found.set(key, found);
    return found;
  }

  #search(written: string, province: string): FoundCommune {
    if (/^\d{4,5}$/.test(written)) {
      // Excel drops leading zeros.
      const place = this.places.on(written.padStart(5, '0'), this.day);
      return place?.level === 'commune' ? { outcome: 'found', place } : { outcome: 'unknown' };
    }
    const [name = '', ...higher] = written.split(/\s*[,;()]\s*|\s+-\s+/).filter((part) => part !== '');
    const folded = foldName(name);
    const all = this.#byName.get(folded) ?? this.#byName.get(folded.replace(prefixes, '')) ?? [];
    const within = higher.length === 0 ? all : all.filter((place) => higher.every((part) => this.#lies(place, part)));
    const near = narrowed(within, (place) => place.provinceCode === province);
    const spelled = narrowed(near, (place) => sameSpelling(place.name, name));
    const [only, another] = spelled;
    if (!only) return { outcome: 'unknown' };
    if (!another) return { outcome: 'found', place: only };
    return { outcome: 'ambiguous', candidates: spelled.map((place) => this.#fullName(place)) };
  }

  #lies({ provinceCode, districtCode }: Place, within: string): boolean {
    const wanted = foldName(within).replace(higherPrefixes, '');
    return [provinceCode, districtCode]
      .map((code) => (code === undefined ? undefined : this.places.on(code, this.day)?.name))
      .some((name) => name !== undefined && foldName(name).replace(higherPrefixes, '') === wanted);
  }

  #fullName({ code, name, provinceCode, districtCode }: Place): string {
    const higher = this.places.on(districtCode ?? provinceCode, this.day)?.name;
    return `${name}${higher ? `, ${higher}` : ''} (${code})`;
  }
}

const narrowed = (places: readonly Place[], fits: (place: Place) => boolean): readonly Place[] => {
  const fitting = places.filter(fits);
  return fitting.length > 0 ? fitting : places;
};

const sameSpelling = (known: string, written: string): boolean => {
  const plain = (name: string): string => name.normalize('NFC').toLowerCase();
  return plain(known) === plain(written) || plain(known).endsWith(` ${plain(written)}`);
};
