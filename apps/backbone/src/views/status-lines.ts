import type { BuildProgress, ViewStatus } from '#projections/projection.js';

const states: Readonly<Record<ViewStatus['state'], string>> = {
  building: 'chưa đọc được / not readable yet',
  'catching-up': 'đang bắt kịp / catching up',
  live: 'cập nhật / live',
  stopped: 'đã dừng / stopped',
  failed: 'LỖI / FAILED',
};

/** One line for a view, and one for what is being built of it. */
export function linesOf(status: ViewStatus): readonly string[] {
  const { name, version, position, logPosition, delayMs, setAside, state, build } = status;
  const delay = delayMs === 0 ? '' : ` · trễ / behind ${duration(delayMs / 1_000)}`;
  const aside = setAside === 0 ? '' : ` · để riêng / set aside ${setAside}`;
  const line = `${name.padEnd(20)} v${version}  ${position}/${logPosition}  ${states[state]}${delay}${aside}`;
  return build === undefined ? [line] : [line, `  ${buildLine(name, build)}`];
}

/** How far a build is: positions of the log gone through of those there are, the pace, what is left. */
export function buildLine(name: string, build: BuildProgress): string {
  const { version, position, logPosition, perSecond, secondsLeft, setAside, failing } = build;
  const share = logPosition === 0 ? 100 : Math.floor((position * 100) / logPosition);
  const parts = [`${name} → v${version}`, `${position}/${logPosition} (${share} %)`];
  if (perSecond !== undefined) parts.push(`${Math.round(perSecond)}/s`);
  if (secondsLeft !== undefined) parts.push(`còn / left ${duration(secondsLeft)}`);
  if (setAside > 0) parts.push(`để riêng / set aside ${setAside}`);
  if (failing) parts.push('đang lỗi, sẽ thử lại / failing, tried again');
  return parts.join(' · ');
}

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  if (seconds < 5_400) return `${Math.ceil(seconds / 60)} min`;
  return `${(seconds / 3_600).toFixed(1)} h`;
}
