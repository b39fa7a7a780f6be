import { around, today } from './period.js';

/** What is shown is in the address, so that it can be kept, sent and gone back to. */
export function readState() {
  const query = new URLSearchParams(location.search);
  const period = query.get('period') ?? '';
  const known = /^(all|\d{4}(-Q[1-4]|-\d{2}(-\d{2})?)?)$/.test(period);
  return { place: query.get('place') ?? 'all', period: known ? period : around('year', today()) };
}

export function writeState({ place, period }) {
  const address = `/?${new URLSearchParams({ place, period })}`;
  if (address !== location.pathname + location.search) history.pushState(null, '', address);
}
