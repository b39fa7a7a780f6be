import { element } from './elements.js';
import { showMoment } from './moments.js';
import { number } from './numbers.js';
import { glucoseTarget, hba1cTarget } from './targets.js';
import { nothing } from './tables.js';
import { timeChart } from './time-chart.js';
import { t } from './words.js';

/** The charts of a record, each with the targets its values are judged by. */

const saying = (...parts) => parts.filter(Boolean).join(', ');

export function bloodPressureChart({ bloodPressures, bloodPressureTarget: target }, width) {
  if (bloodPressures.length === 0) return [nothing()];
  const readings = bloodPressures.map(({ at, systolic, diastolic, place }) => {
    const off = new Set([systolic >= target.systolic && 'systolic', diastolic >= target.diastolic && 'diastolic']);
    const judged = t(off.has('systolic') || off.has('diastolic') ? 'off-target' : 'at-target');
    const text = saying(`${showMoment(at)}: ${systolic}/${diastolic} mmHg`, judged, place);
    return { at, values: { systolic, diastolic }, off, text, judged, place };
  });
  const aim = `${target.systolic}/${target.diastolic} mmHg`;
  return [
    targetLine(t('bp-target', aim, target.source)),
    legend([
      ['round', 'systolic', t('systolic')],
      ['diamond', 'diastolic', t('diastolic')],
    ]),
    ...timeChart({
      id: 'bp',
      title: t('blood-pressure'),
      unit: 'mmHg',
      width,
      readings,
      series: [
        { key: 'systolic', shape: 'round' },
        { key: 'diastolic', shape: 'diamond' },
      ],
      targets: [
        { value: target.systolic, text: `< ${target.systolic}` },
        { value: target.diastolic, text: `< ${target.diastolic}` },
      ],
      columns: [
        { heading: t('when'), cell: ({ at }) => showMoment(at) },
        { heading: t('systolic-unit'), cell: ({ values }) => String(values.systolic) },
        { heading: t('diastolic-unit'), cell: ({ values }) => String(values.diastolic) },
        { heading: t('judged'), cell: ({ judged }) => judged },
        { heading: t('where'), cell: ({ place }) => place },
      ],
    }),
  ];
}

const glucoseShapes = { fasting: 'round', any: 'square', 'after-meal': 'diamond' };

export function glucoseChart({ glucose }, width) {
  if (glucose.length === 0) return [nothing()];
  const { from, to, source } = glucoseTarget;
  const kinds = Object.keys(glucoseShapes).filter((kind) => glucose.some(({ taken }) => taken === kind));
  const readings = glucose.map(({ at, value, taken, place }) => {
    // The target is of fasting blood: other values are shown, not judged.
    const judged = taken === 'fasting' ? t(value < from || value > to ? 'off-target' : 'at-target') : '';
    const text = saying(`${showMoment(at)}: ${number(value)} mmol/L`, t(`glucose-${taken}`), judged, place);
    const off = new Set(taken === 'fasting' && (value < from || value > to) ? [taken] : []);
    return { at, values: { [taken]: value }, off, text, judged, taken, value, place };
  });
  return [
    targetLine(t('glucose-target', number(from), number(to), source)),
    legend(kinds.map((kind) => [glucoseShapes[kind], kind, t(`glucose-${kind}`)])),
    ...timeChart({
      id: 'glucose',
      title: t('glucose'),
      unit: 'mmol/L',
      width,
      readings,
      series: kinds.map((key) => ({ key, shape: glucoseShapes[key] })),
      targets: [
        { value: to, text: `≤ ${number(to)}` },
        { value: from, text: `≥ ${number(from)}`, below: true },
      ],
      columns: [
        { heading: t('when'), cell: ({ at }) => showMoment(at) },
        { heading: t('glucose-unit'), cell: ({ value }) => number(value) },
        { heading: t('taken'), cell: ({ taken }) => t(`glucose-${taken}`) },
        { heading: t('judged'), cell: ({ judged }) => judged },
        { heading: t('where'), cell: ({ place }) => place },
      ],
    }),
  ];
}

export function hba1cChart({ hba1c }, width) {
  if (hba1c.length === 0) return [nothing()];
  const { below, source } = hba1cTarget;
  const readings = hba1c.map(({ at, value, place }) => {
    const judged = t(value >= below ? 'off-target' : 'at-target');
    const text = saying(`${showMoment(at)}: ${number(value)} %`, judged, place);
    return { at, values: { hba1c: value }, off: new Set(value >= below ? ['hba1c'] : []), text, judged, place };
  });
  return [
    targetLine(t('hba1c-target', number(below), source)),
    ...timeChart({
      id: 'hba1c',
      title: 'HbA1c',
      unit: '%',
      width,
      readings,
      series: [{ key: 'hba1c', shape: 'round' }],
      targets: [{ value: below, text: `< ${number(below)} %` }],
      columns: [
        { heading: t('when'), cell: ({ at }) => showMoment(at) },
        { heading: 'HbA1c (%)', cell: ({ values }) => number(values.hba1c) },
        { heading: t('judged'), cell: ({ judged }) => judged },
        { heading: t('where'), cell: ({ place }) => place },
      ],
    }),
  ];
}

const targetLine = (text) => element('p', { className: 'target-line' }, text);

const legend = (items) =>
  element(
    'ul',
    { className: 'legend' },
    items.map(([shape, key, text]) => element('li', { className: `${shape} ${key}` }, text)),
  );
