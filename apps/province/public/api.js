/** Asks the statistics calls. Whoever is no longer logged in is sent to the login page. */
export async function ask(call, parameters) {
  const query = new URLSearchParams(
    Object.entries(parameters).filter(([, value]) => value !== undefined && value !== ''),
  );
  const answer = await fetch(`/statistics/${call}?${query}`, { headers: { accept: 'application/json' } });
  if (answer.status === 401) {
    goToLogin();
    throw new Error('logged out');
  }
  const body = await answer.json();
  if (!answer.ok) throw new RefusedRequest(body);
  return body;
}

export function goToLogin() {
  location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
}

/** What the service refused, in both languages. */
export class RefusedRequest extends Error {
  constructor(problem) {
    super(problem.en?.title ?? 'refused');
    const fault = problem.errors?.[0];
    this.text = {
      vi: fault?.vi ?? problem.detail ?? problem.title ?? this.message,
      en: fault?.en ?? problem.en?.detail ?? problem.en?.title ?? this.message,
    };
  }
}
