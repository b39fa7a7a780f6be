/** The referral service as the page asks it. */

/** An answer that is not the one asked for. */
export class ServiceProblem extends Error {
  constructor(status, document) {
    super(`status ${status}`);
    this.status = status;
    this.document = document;
  }

  /** In the language of the page. */
  text(language) {
    const { title, detail } = (language === 'en' ? this.document?.en : this.document) ?? {};
    return [title, detail].filter(Boolean).join('. ');
  }
}

/** The server did not answer. */
export class LineProblem extends Error {}

async function ask(path, init = {}) {
  const answer = await fetch(path, { ...init, headers: { accept: 'application/json', ...init.headers } }).catch(() => {
    throw new LineProblem();
  });
  const body = answer.status === 204 ? undefined : await answer.json().catch(() => undefined);
  if (answer.status === 401) {
    location.assign(`/login?next=${encodeURIComponent(location.pathname + location.hash)}`);
  }
  if (!answer.ok) throw new ServiceProblem(answer.status, body);
  return body;
}

export const session = () => ask('/session');
export const logOut = () => ask('/session', { method: 'DELETE' });
export const facilities = () => ask('/inbox/facilities');

export function worklist({ direction, states, after, limit }) {
  const query = new URLSearchParams({ direction, limit });
  if (states.length > 0) query.set('state', states.join(','));
  if (after) query.set('after', after);
  return ask(`/referrals?${query}`);
}

const pathOf = (id) => `/referrals/${encodeURIComponent(id)}`;

export const referral = (id) => ask(pathOf(id));

/** Takes a step on the version that was seen; answers with the referral as it stands then. */
export const take = (id, revision, step, body) =>
  ask(`${pathOf(id)}/${step}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'if-match': `"${revision}"` },
    body: JSON.stringify(body),
  });

/** Follows every step that concerns the facility, from a position on; the browser resumes a broken line by itself. */
export function follow(position, onStep, onLine) {
  const source = new EventSource(`/referrals/feed?after=${position}`);
  source.addEventListener('step', (event) => onStep(JSON.parse(event.data)));
  source.addEventListener('open', () => onLine(true));
  source.addEventListener('error', () => {
    onLine(false);
    // Refused for good, most likely because the session is over: asking for it leads to the login page.
    if (source.readyState === EventSource.CLOSED) {
      setTimeout(
        () =>
          session().then(
            () => location.reload(),
            () => {},
          ),
        5_000,
      );
    }
  });
}
