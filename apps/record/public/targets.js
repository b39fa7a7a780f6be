/** What treatment of adults aims at. Pure. The province's indicators judge by the same documents. */

const adultFrom = 18;
const olderFrom = 65;

/**
 * QĐ 5904/2019 pp. 12, 28: blood pressure below 130/80, from 65 years below 140/80, with diabetes below 130/80 at any age. QĐ 5481/2020: fasting
 * glucose 4.4–7.2 mmol/L, HbA1c below 7 %. Years count by the calendar; without a birth date the person is taken for a younger adult.
 * @returns { bloodPressure: { systolic, diastolic }, glucose: { from, to }, hba1c: { below } }, each with its source; nothing for children, who have
 *   tables of their own
 */
export function targetsOf(birthDate, year, diabetes) {
  const age = birthDate === undefined ? adultFrom : year - Number(birthDate.slice(0, 4));
  if (age < adultFrom) return {};
  return {
    bloodPressure: { systolic: age >= olderFrom && !diabetes ? 140 : 130, diastolic: 80, source: 'QĐ 5904/2019' },
    glucose: { from: 4.4, to: 7.2, source: 'QĐ 5481/2020' },
    hba1c: { below: 7, source: 'QĐ 5481/2020' },
  };
}
