/**
 * Whether part of a request's body has not come. One made inside the process (`inject`) comes over no line: it is never
 * unfinished, and does not say that it is complete.
 */
export const isUnfinished = (request: { readonly complete?: boolean }): boolean => request.complete === false;
