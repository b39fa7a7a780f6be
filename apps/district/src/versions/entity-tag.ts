/** The revision of a referral's stream as a strong entity tag (RFC 9110 §8.8.3). */
export function entityTag(revision: number): string {
  return `"${revision}"`;
}

/** Whether a version is one of those named in `If-Match` (RFC 9110 §13.1.1: strong comparison, `*` is any). */
export function matches(ifMatch: string, revision: number): boolean {
  return ifMatch.split(',').some((tag) => tag.trim() === '*' || tag.trim() === entityTag(revision));
}
