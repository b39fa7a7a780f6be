import type { Vitals } from '#domain/codes.js';

/** A measurement that is an Observation of its own (blood pressure is a panel). Codes of the R4 vital-signs profiles. */
export interface VitalSign {
  readonly measure: Exclude<keyof Vitals, 'systolic' | 'diastolic'>;
  readonly loinc: string;
  readonly display: string;
  readonly vi: string;
  readonly unit: string;
  readonly ucum: string;
  /** Of HL7's vital-signs profiles, where there is one. */
  readonly profile?: string;
}

export const vitalSigns: readonly VitalSign[] = [
  {
    measure: 'pulse',
    loinc: '8867-4',
    display: 'Heart rate',
    vi: 'Mạch',
    unit: 'lần/phút',
    ucum: '/min',
    profile: 'heartrate',
  },
  {
    measure: 'temperature',
    loinc: '8310-5',
    display: 'Body temperature',
    vi: 'Nhiệt độ',
    unit: '°C',
    ucum: 'Cel',
    profile: 'bodytemp',
  },
  {
    measure: 'respiratoryRate',
    loinc: '9279-1',
    display: 'Respiratory rate',
    vi: 'Nhịp thở',
    unit: 'lần/phút',
    ucum: '/min',
    profile: 'resprate',
  },
  {
    measure: 'height',
    loinc: '8302-2',
    display: 'Body height',
    vi: 'Chiều cao',
    unit: 'cm',
    ucum: 'cm',
    profile: 'bodyheight',
  },
  {
    measure: 'weight',
    loinc: '29463-7',
    display: 'Body weight',
    vi: 'Cân nặng',
    unit: 'kg',
    ucum: 'kg',
    profile: 'bodyweight',
  },
  {
    measure: 'bmi',
    loinc: '39156-5',
    display: 'Body mass index (BMI) [Ratio]',
    vi: 'Chỉ số khối cơ thể',
    unit: 'kg/m²',
    ucum: 'kg/m2',
    profile: 'bmi',
  },
  {
    measure: 'waist',
    loinc: '8280-0',
    display: 'Waist Circumference at umbilicus by Tape measure',
    vi: 'Vòng bụng',
    unit: 'cm',
    ucum: 'cm',
  },
];

export const bloodPressure = {
  profile: 'bp',
  panel: { loinc: '85354-9', display: 'Blood pressure panel with all children optional', vi: 'Huyết áp' },
  systolic: { loinc: '8480-6', display: 'Systolic blood pressure', vi: 'Huyết áp tâm thu' },
  diastolic: { loinc: '8462-4', display: 'Diastolic blood pressure', vi: 'Huyết áp tâm trương' },
} as const;

/** Address of one of HL7's vital-signs profiles (R4 8.20.1), which VN Core uses as they are. */
export const vitalSignProfile = (name: string): string => `http://hl7.org/fhir/StructureDefinition/${name}`;
