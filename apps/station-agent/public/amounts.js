const two = (value) => String(value).padStart(2, '0');

/** `22/11 08:30`, the clock of this machine. */
export function clock(time) {
  const moment = new Date(time);
  return `${two(moment.getDate())}/${two(moment.getMonth() + 1)} ${two(moment.getHours())}:${two(moment.getMinutes())}`;
}

export const size = (bytes) =>
  bytes < 1024 * 1024 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
