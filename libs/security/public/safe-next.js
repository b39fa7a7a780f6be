/** Where to go after the login: a path of our own origin, or nothing. A link must not lead on to a foreign page. */
export function safeNext(next, origin) {
  if (!next?.startsWith('/') || !URL.canParse(next, origin)) return undefined;
  const target = new URL(next, origin);
  if (target.origin !== origin || target.pathname === '/login') return undefined;
  return target.pathname + target.search + target.hash;
}
