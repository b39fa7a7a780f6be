/** The reviews as the page asks for them. */

/** An answer that is not the one asked for; `document` says why in both languages. */
export class ServiceProblem extends Error {
  constructor(status, document) {
    super(`status ${status}`);
    this.document = document;
  }

  text(language) {
    const { title, detail } = (language === 'en' ? this.document?.en : this.document) ?? {};
    return [title, detail].filter(Boolean).join('. ');
  }
}

async function ask(path, body) {
  const answer = await fetch(path, {
    method: body ? 'POST' : 'GET',
    headers: { accept: 'application/json', ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  const document = await answer.json().catch(() => undefined);
  if (answer.status === 401) location.assign(`/login?next=${encodeURIComponent(location.pathname + location.hash)}`);
  if (!answer.ok) throw new ServiceProblem(answer.status, document);
  return document;
}

const pathOf = (id) => `/match-reviews/${encodeURIComponent(id)}`;

export const list = (status, next) => ask(next ?? `/match-reviews?status=${status}&limit=50`);
export const show = (id) => ask(pathOf(id));
export const merge = (id, survivor, reason) => ask(`${pathOf(id)}/merge`, { survivor, reason });
export const unmerge = (id, reason) => ask(`${pathOf(id)}/unmerge`, { reason });
export const dismiss = (id, reason) => ask(`${pathOf(id)}/dismiss`, { reason });
