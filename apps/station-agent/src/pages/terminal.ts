import type { StationAgent } from '../agent.js';
import { snapshotOf } from './snapshot.js';
import { terminalPage, terminalRows } from './terminal-page.js';

const redrawMs = 500;

/** Draws the state over and over in the same place of a terminal. @returns ends it and leaves the last state standing */
export function showOnTerminal(agent: StationAgent, out: NodeJS.WriteStream, pageAddress: string | null): () => void {
  const draw = (): void => {
    const lines = terminalPage(snapshotOf(agent, terminalRows), out.columns || 80, pageAddress);
    const rows = out.rows || 24;
    // Home, each line cleared to its end, the rest of the screen cleared.
    out.write(
      `\u001B[H${lines
        .slice(0, rows - 1)
        .map((line) => `${line}\u001B[K`)
        .join('\n')}\n\u001B[J`,
    );
  };
  out.write('\u001B[2J\u001B[?25l');
  draw();
  const timer = setInterval(draw, redrawMs);
  return () => {
    clearInterval(timer);
    draw();
    out.write('\u001B[?25h');
  };
}
