import { columns, nothing, shareLine } from './chart-over-time.js';
import { steps } from './chart-steps.js';
import { element, find } from './dom.js';
import { decimal, percent, whole } from './numbers.js';
import { fillPanel } from './panel.js';
import { word } from './words.js';

const topDiagnoses = 8;

/** Inner width of a panel, for which its picture is drawn. */
const widthOf = (section) => {
  const style = getComputedStyle(section);
  return Math.max(240, section.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight));
};

/** Draws what comes from the series. */
export function showSeries({ visits, insured, diagnoses }, indicators) {
  const visitsPanel = find('#visits-chart');
  const visitsTitle = word('visitsOverTime');
  fillPanel(visitsPanel, {
    title: visitsTitle,
    content: nothing(visits) ? undefined : columns(visits, widthOf(visitsPanel), visitsTitle),
  });

  const insuredPanel = find('#insured-chart');
  const insuredTitle = word('insuredOverTime');
  const target = indicators.get('visits-insured')?.target ?? null;
  fillPanel(insuredPanel, {
    title: insuredTitle,
    note:
      target === null ? undefined : element('span', { class: 'goal-note' }, `${word('target')}: ${percent(target)}`),
    content: nothing(insured) ? undefined : shareLine(insured, widthOf(insuredPanel), insuredTitle, target),
  });

  const diagnosisPanel = find('#diagnosis-chart');
  const diagnosisTitle = word('diagnoses');
  const rows = diagnoses.slice(0, topDiagnoses).map(({ label, numerator }) => ({ name: label, count: numerator }));
  fillPanel(diagnosisPanel, {
    title: diagnosisTitle,
    content: rows.length === 0 ? undefined : steps(rows, widthOf(diagnosisPanel), diagnosisTitle, { shares: false }),
  });
}

/** Draws what comes from the indicators alone. */
export function showSteps(indicators) {
  const count = (code, part = 'numerator') => indicators.get(code)?.[part] ?? 0;
  for (const disease of ['hypertension', 'diabetes']) {
    const rows = [
      { name: word('found'), count: count(`${disease}-managed`, 'denominator') },
      { name: word('managed'), count: count(`${disease}-managed`) },
      { name: word('controlled'), count: count(`${disease}-controlled`) },
    ];
    fillSteps(
      find(`#${disease}-chart`),
      word(`${disease}Steps`),
      rows,
      `${whole(count(`${disease}-found`))} ${word('newInPeriod')}`,
    );
  }
  const hours = indicators.get('referral-answer-hours')?.value ?? null;
  fillSteps(
    find('#referral-chart'),
    word('referralSteps'),
    [
      { name: word('up'), count: count('referrals-up') },
      { name: word('arrived'), count: count('referrals-arrived') },
      { name: word('answered'), count: count('referrals-answered') },
      { name: word('back'), count: count('referrals-back') },
    ],
    hours === null ? undefined : `${decimal(hours)} ${word('hoursToAnswer')}`,
  );
}

function fillSteps(section, title, rows, note) {
  const empty = rows.every(({ count }) => count === 0);
  fillPanel(section, {
    title,
    note,
    content: empty ? undefined : steps(rows, widthOf(section), title, { shares: true }),
  });
}
