import type { View } from '#projections/view-host.js';

/** Injection token of the {@link View} of `province-figures`. */
export const FIGURES_VIEW = Symbol('FiguresView');

export interface ViewPlace {
  readonly position: number;
  readonly delayMs: number;
}

/** How far the view has come. Read before figures are, it is never ahead of them. */
export async function placeOfView(view: View): Promise<ViewPlace> {
  const { position, delayMs } = await view.status();
  return { position, delayMs };
}
