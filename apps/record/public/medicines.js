import { firstCode, groupedBy, idIn, isVoid, namedBy, ofType, wordsOf } from './fhir-elements.js';
import { epochOf, newestFirst } from './moments.js';

/** What a person takes and took. Pure. */

/** A prescription lasts no longer than this: what was dispensed later may still be taken. */
const mostSupplyMs = 90 * 86_400_000;

/**
 * Medicines, all prescriptions of one as one.
 * @param encounters by id: where it was prescribed
 * @param now milliseconds since 1970 of the moment that is shown
 * @returns { current, past }: newest first, each { name, dosage, quantity, first, last, times, places }
 */
export function medicinesOf(resources, encounters, now) {
  const lines = [
    ...ofType(resources, 'MedicationRequest').map(requested),
    ...ofType(resources, 'MedicationStatement').map(stated),
  ].filter(({ source }) => !isVoid(source));
  const groups = groupedBy(lines, ({ code, name }) => code ?? name);
  const medicines = [...groups.values()].map((group) => medicineOf(group, encounters, now));
  const of = (wanted) =>
    newestFirst(
      medicines.filter(({ current }) => current === wanted),
      ({ last }) => last,
    );
  return { current: of(true), past: of(false) };
}

const requested = (source) => ({
  source,
  code: firstCode(source.medicationCodeableConcept),
  name: wordsOf(source.medicationCodeableConcept) ?? source.medicationReference?.display,
  on: source.authoredOn,
  dosage: dosageOf(source.dosageInstruction),
  quantity: quantityOf(source.dispenseRequest?.quantity),
});

const stated = (source) => ({
  source,
  code: firstCode(source.medicationCodeableConcept),
  name: wordsOf(source.medicationCodeableConcept) ?? source.medicationReference?.display,
  on: source.effectivePeriod?.start ?? source.effectiveDateTime ?? source.dateAsserted,
  dosage: dosageOf(source.dosage),
});

const dosageOf = (dosages = []) =>
  dosages.map(({ text, patientInstruction }) => [text, patientInstruction].filter(Boolean).join(', ')).join('; ');

const quantityOf = (quantity) => (quantity ? [quantity.value, quantity.unit].filter(Boolean).join(' ') : '');

function medicineOf(group, encounters, now) {
  const [newest, ...others] = newestFirst(group, ({ on }) => on);
  const all = [newest, ...others];
  const { status } = newest.source;
  return {
    name: newest.name,
    dosage: newest.dosage,
    quantity: newest.quantity ?? '',
    first: all.findLast(({ on }) => on)?.on,
    last: newest.on,
    times: all.length,
    places: [
      ...new Set(
        all.map(({ source }) => namedBy(encounters.get(idIn(source.encounter))?.serviceProvider)).filter(Boolean),
      ),
    ],
    current: status === 'stopped' ? false : status === 'active' || isRecent(newest.on, now),
  };
}

const isRecent = (on, now) => on !== undefined && now - epochOf(on) <= mostSupplyMs;
