/** Injection tokens of the security module. */

/** `TokenVerifier` of `#security/token-verifier.js` */
export const TOKEN_VERIFIER = Symbol('TokenVerifier');
/** `TokenIssuer` of `#security/token-issuer.js` */
export const TOKEN_ISSUER = Symbol('TokenIssuer');
/** `AuditTrail` of `#security/audit/audit-trail.js` */
export const AUDIT_TRAIL = Symbol('AuditTrail');
