/** The intake service as the page asks it. */

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

async function request(path, init = {}) {
  const answer = await fetch(path, { ...init, headers: { accept: 'application/json', ...init.headers } }).catch(() => {
    throw new LineProblem();
  });
  if (answer.status === 401) location.assign(`/login?next=${encodeURIComponent(location.pathname + location.hash)}`);
  if (!answer.ok) throw new ServiceProblem(answer.status, await answer.json().catch(() => undefined));
  return answer;
}

const ask = async (path, init) => (await request(path, init)).json();
const sheet = (body, accept = 'application/json') => ({
  method: 'POST',
  headers: { 'content-type': 'text/csv', accept },
  body,
});

export const session = () => ask('/session');
export const logOut = () => request('/session', { method: 'DELETE' });
export const dryRun = (body) => ask('/intake/outreach/dry-run', sheet(body));
export const faultList = async (body) => (await request('/intake/outreach/dry-run', sheet(body, 'text/csv'))).blob();
export const begin = (body) => ask('/intake/outreach/runs', sheet(body));
export const receipt = (id) => ask(`/intake/receipts/${encodeURIComponent(id)}`);

/** Follows a run to its end; the browser resumes a broken line by itself. Answers how to stop. */
export function follow(id, onProgress, onGone) {
  const source = new EventSource(`/intake/outreach/runs/${encodeURIComponent(id)}/progress`);
  source.addEventListener('progress', (event) => {
    const run = JSON.parse(event.data);
    if (run.state !== 'running') source.close();
    onProgress(run);
  });
  source.addEventListener('error', () => {
    if (source.readyState === EventSource.CLOSED) onGone();
  });
  return () => source.close();
}
