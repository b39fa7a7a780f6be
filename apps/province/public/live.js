import { ask } from './api.js';

/**
 * Follows the figures of a place and period.
 * @param {{ figures: (answer: object) => void, state: (state: 'connecting' | 'live' | 'lost', delayMs?: number) => void }} listener
 * @returns {() => void} the way to stop
 */
export function follow(place, period, listener) {
  let source;
  let again;
  let stopped = false;

  function open() {
    listener.state('connecting');
    source = new EventSource(`/statistics/live?${new URLSearchParams({ place, period })}`);
    source.addEventListener('figures', ({ data }) => {
      const answer = JSON.parse(data);
      listener.state('live', answer.delayMs);
      listener.figures(answer);
    });
    source.addEventListener('position', ({ data }) => listener.state('live', JSON.parse(data).delayMs));
    source.addEventListener('error', () => {
      if (stopped) return;
      listener.state('lost');
      // The browser reopens a stream that broke, but not one that was refused: the next call tells whether the session is over.
      if (source.readyState !== EventSource.CLOSED) return;
      again = setTimeout(() => {
        ask('indicators', { place, period })
          .catch(() => undefined)
          .finally(() => !stopped && open());
      }, 3_000);
    });
  }

  open();
  return () => {
    stopped = true;
    clearTimeout(again);
    source.close();
  };
}
