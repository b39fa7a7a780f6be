import { element } from './elements.js';
import { showMoment } from './moments.js';
import { number } from './numbers.js';
import { nothing } from './tables.js';
import { timeChart } from './time-chart.js';
import { t } from './words.js';

/** The charts of a record, each with the targets its values are judged by. */

const saying = (...parts) => parts.filter(Boolean).join(', ');

export function bloodPressureChart({ bloodPressures, targets: { bloodPressure: target } }, width) {
  if (bloodPressures.length === 0) return [nothing()];
  const readings = bloodPressures.map(({ at, systolic, diastolic, place }) => {
    const off = new Set(
      target ? [systolic >= target.systolic && 'systolic', diastolic >= target.diastolic && 'diastolic'] : [],
    );
    const judged = judgement(target, off.has('systolic') || off.has('diastolic'));
    const text = saying(`${showMoment(at)}: ${systolic}/${diastolic} mmHg`, judged, place);
    return { at, values: { systolic, diastolic }, off, text, judged, place };
  });
  return [
    target && targetLine(t('bp-target', `${target.systolic}/${target.diastolic} mmHg`, target.source)),
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
      targets: target
        ? [
            { value: target.systolic, text: `< ${target.systolic}` },
            { value: target.diastolic, text: `< ${target.diastolic}` },
          ]
        : [],
      columns: [
        { heading: t('when'), cell: ({ at }) => showMoment(at) },
        { heading: t('systolic-unit'), cell: ({ values }) => number(values.systolic) },
        { heading: t('diastolic-unit'), cell: ({ values }) => number(values.diastolic) },
        { heading: t('judged'), cell: ({ judged }) => judged },
        { heading: t('where'), cell: ({ place }) => place },
      ],
    }),
  ];
}

const glucoseShapes = { fasting: 'round', any: 'square', 'after-meal': 'diamond' };

export function glucoseChart({ glucose, targets: { glucose: target } }, width) {
  if (glucose.length === 0) return [nothing()];
  const kinds = Object.keys(glucoseShapes).filter((kind) => glucose.some(({ taken }) => taken === kind));
  const readings = glucose.map(({ at, value, taken, place }) => {
    // The target is of fasting blood: other values are shown, not judged.
    const aim = taken === 'fasting' ? target : undefined;
    const misses = aim !== undefined && (value < aim.from || value > aim.to);
    const judged = judgement(aim, misses);
    const text = saying(`${showMoment(at)}: ${number(value)} mmol/L`, t(`glucose-${taken}`), judged, place);
    return { at, values: { [taken]: value }, off: new Set(misses ? [taken] : []), text, judged, taken, value, place };
  });
  return [
    target && targetLine(t('glucose-target', number(target.from), number(target.to), target.source)),
    legend(kinds.map((kind) => [glucoseShapes[kind], kind, t(`glucose-${kind}`)])),
    ...timeChart({
      id: 'glucose',
      title: t('glucose'),
      unit: 'mmol/L',
      width,
      readings,
      series: kinds.map((key) => ({ key, shape: glucoseShapes[key] })),
      targets: target
        ? [
            { value: target.to, text: `≤ ${number(target.to)}` },
            { value: target.from, text: `≥ ${number(target.from)}`, below: true },
          ]
        : [],
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

export function hba1cChart({ hba1c, targets: { hba1c: target } }, width) {
  if (hba1c.length === 0) return [nothing()];
  const readings = hba1c.map(({ at, value, place }) => {
    const misses = target !== undefined && value >= target.below;
    const judged = judgement(target, misses);
    const text = saying(`${showMoment(at)}: ${number(value)} %`, judged, place);
    return { at, values: { hba1c: value }, off: new Set(misses ? ['hba1c'] : []), text, judged, place };
  });
  return [
    target && targetLine(t('hba1c-target', number(target.below), target.source)),
    ...timeChart({
      id: 'hba1c',
      title: 'HbA1c',
      unit: '%',
      width,
      readings,
      series: [{ key: 'hba1c', shape: 'round' }],
      targets: target ? [{ value: target.below, text: `< ${number(target.below)} %` }] : [],
      columns: [
        { heading: t('when'), cell: ({ at }) => showMoment(at) },
        { heading: 'HbA1c (%)', cell: ({ values }) => number(values.hba1c) },
        { heading: t('judged'), cell: ({ judged }) => judged },
        { heading: t('where'), cell: ({ place }) => place },
      ],
    }),
  ];
}

const judgement = (target, misses) => (target ? t(misses ? 'off-target' : 'at-target') : '');
const targetLine = (text) => element('p', { className: 'target-line' }, text);

const legend = (items) =>
  element(
    'ul',
    { className: 'legend' },
    items.map(([shape, key, text]) => element('li', { className: `${shape} ${key}` }, text)),
  );
