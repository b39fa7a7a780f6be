import { word } from './words.js';

/** Kinds that the picker offers, and how the series of each is cut. */
export const kinds = ['month', 'quarter', 'year', 'all'];
export const bucketOf = { day: 'day', month: 'day', quarter: 'week', year: 'month', all: 'month' };

export function kindOf(period) {
  if (period === 'all') return 'all';
  if (/^\d{4}$/.test(period)) return 'year';
  if (/^\d{4}-Q[1-4]$/.test(period)) return 'quarter';
  return /^\d{4}-\d{2}$/.test(period) ? 'month' : 'day';
}

/** Today in Viet Nam, `YYYY-MM-DD`. */
export const today = () => new Date(Date.now() + 7 * 3_600_000).toISOString().slice(0, 10);

/** The period of a kind that a day lies in. */
export function around(kind, day) {
  const year = day.slice(0, 4);
  if (kind === 'all') return 'all';
  if (kind === 'year') return year;
  return kind === 'quarter' ? `${year}-Q${Math.ceil(Number(day.slice(5, 7)) / 3)}` : day.slice(0, 7);
}

/** First and last day; none for `all`. */
export function daysOf(period) {
  const year = Number(period.slice(0, 4));
  switch (kindOf(period)) {
    case 'all':
      return {};
    case 'year':
      return { from: `${year}-01-01`, to: `${year}-12-31` };
    case 'quarter': {
      const first = (Number(period[6]) - 1) * 3;
      return { from: dayOf(year, first, 1), to: dayOf(year, first + 3, 0) };
    }
    case 'month': {
      const month = Number(period.slice(5, 7)) - 1;
      return { from: dayOf(year, month, 1), to: dayOf(year, month + 1, 0) };
    }
    default:
      return { from: period, to: period };
  }
}

/** The period so many steps later (or earlier, when negative). */
export function shifted(period, steps) {
  const kind = kindOf(period);
  const { from } = daysOf(period);
  if (!from) return period;
  const months = { year: 12, quarter: 3, month: 1 }[kind];
  const [year, month, date] = from.split('-').map(Number);
  if (months === undefined) return dayOf(year, month - 1, date + steps);
  return around(kind, dayOf(year, month - 1 + steps * months, 1));
}

export function nameOf(period) {
  const year = period.slice(0, 4);
  switch (kindOf(period)) {
    case 'all':
      return word('all');
    case 'year':
      return `${word('year')} ${year}`;
    case 'quarter':
      return `${word('quarter')} ${period[6]}/${year}`;
    case 'month':
      return `${word('month')} ${period.slice(5, 7)}/${year}`;
    default:
      return `${period.slice(8)}/${period.slice(5, 7)}/${year}`;
  }
}

function dayOf(year, month, date) {
  return new Date(Date.UTC(year, month, date)).toISOString().slice(0, 10);
}
