/** What treatment aims at. Pure. The province's indicators judge by the same documents. */

const olderFrom = 65;

/**
 * QĐ 5904/2019 pp. 12, 28: below 130/80, from 65 years below 140/80; with diabetes below 130/80 at any age. Years count by the calendar.
 * @returns { systolic, diastolic }: mmHg, to stay below
 */
export function bloodPressureTarget(birthDate, year, diabetes) {
  const older = birthDate !== undefined && year - Number(birthDate.slice(0, 4)) >= olderFrom;
  return { systolic: older && !diabetes ? 140 : 130, diastolic: 80, source: 'QĐ 5904/2019' };
}

/** QĐ 5481/2020: fasting capillary glucose, mmol/L, both ends good. */
export const glucoseTarget = { from: 4.4, to: 7.2, source: 'QĐ 5481/2020' };

/** QĐ 5481/2020: percent, to stay below. */
export const hba1cTarget = { below: 7, source: 'QĐ 5481/2020' };
