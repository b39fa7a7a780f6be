/** Round numbers from 0 up to at least the largest value: three to five of them. */
export function ticksUpTo(largest) {
  if (largest <= 0) return [0, 1];
  const rough = largest / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(
    1,
    [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough),
  );
  const ticks = [0];
  while (ticks.at(-1) < largest) ticks.push(ticks.at(-1) + step);
  return ticks;
}

/** Which labels of an axis there is room for: every n-th, and always the last. */
export function shownLabels(count, room) {
  const every = Math.max(1, Math.ceil(count / Math.max(1, room)));
  return (index) => (count - 1 - index) % every === 0;
}
