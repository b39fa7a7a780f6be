import type { HistoryItem } from '#domain/residents/resident-content.js';
import { allergyCategories } from '../residents/history.js';
import { codeSystems } from '../systems.js';
import { codeIn, stated, wordsOf } from './elements.js';
import { type JsonObject, objectsOf, textOf, textsOf } from './json.js';

/** QĐ 831, DSDIUNG/LOAI: 4 other. */
const otherKind = '4';
const kinds = new Map<string, string>([...allergyCategories].map(([code, category]) => [category, code]));

/** An allergy of the health record; `undefined` for one entered in error. */
export function readAllergy(allergy: JsonObject, key: string): HistoryItem | undefined {
  const verification = codeIn(allergy['verificationStatus'], codeSystems.allergyVerification);
  if (verification === 'entered-in-error') return undefined;
  const [category] = textsOf(allergy['category']);
  return stated<HistoryItem>({
    code: codeIn(allergy['code'], codeSystems.historyAllergy) ?? kinds.get(category ?? '') ?? otherKind,
    display: wordsOf(allergy['code']),
    present: verification !== 'refuted',
    note: textOf(objectsOf(allergy['note'])[0]?.['text']),
    key,
  });
}
