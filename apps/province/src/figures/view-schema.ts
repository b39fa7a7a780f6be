/** Tables of the view. Days are `YYYY-MM-DD`, flags 0 or 1. Nobody is in them by name or number. */
export const viewSchema: readonly string[] = [
  `create table figure (
    measure text not null,
    level text not null,
    place text not null,
    day text not null,
    numerator bigint not null,
    denominator bigint not null,
    primary key (measure, level, place, day)
  )`,
  `create table diagnosis (
    level text not null,
    place text not null,
    day text not null,
    code text not null,
    insured bigint not null,
    visits bigint not null,
    primary key (level, place, day, code)
  )`,
  `create table seen (
    level text not null,
    place text not null,
    period text not null,
    residents bigint not null,
    primary key (level, place, period)
  )`,
  `create table encounter (
    encounter text not null primary key,
    told bigint not null,
    revision integer not null,
    retracted integer not null,
    resident text not null,
    form text not null,
    at text not null,
    day text not null,
    insured integer not null,
    main_diagnosis text,
    hypertension integer not null,
    diabetes integer not null,
    chronic_disease integer not null,
    health_check integer not null,
    systolic double precision,
    diastolic double precision,
    glucose double precision,
    hba1c double precision,
    province text,
    district text,
    commune text,
    facility text not null
  )`,
  'create index encounter_of_resident on encounter (resident)',
  'create index encounter_by_day on encounter (day)',
  `create table resident (
    resident text not null primary key,
    birth_year integer,
    registered_on text,
    registered_by text,
    standing text not null,
    residences text not null,
    histories text not null
  )`,
  `create table referral (
    referral text not null primary key,
    direction text,
    minute_issued bigint,
    day text,
    minute_arrived bigint,
    minute_answered bigint,
    back_on text,
    named_as_back integer not null,
    province text,
    district text,
    commune text,
    facility text
  )`,
  `create table facility (
    facility text not null primary key,
    standing text not null
  )`,
  `create table merged_resident (
    joined text not null primary key,
    into_resident text not null,
    told bigint not null
  )`,
  'create index merged_resident_into on merged_resident (into_resident)',
  `create table applied (
    one integer not null primary key,
    position bigint not null
  )`,
  'insert into applied (one, position) values (1, 0)',
];
