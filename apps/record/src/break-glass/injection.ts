/** `BreakGlass` of `break-glass.ts` */
export const BREAK_GLASS = Symbol('BreakGlass');
