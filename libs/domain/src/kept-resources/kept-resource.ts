import type { FacilityCode, ResidentId } from '../ids.js';
import { sameContent } from '../same-content.js';
import type { KeptResource } from './kept-content.js';
import type { ResourceKept } from './kept-resource-events.js';

export type KeptResourceState =
  { readonly status: 'unknown' } | ({ readonly status: 'kept' } & Pick<ResourceKept['data'], 'kept' | 'facility'>);

export const initialKeptResource: KeptResourceState = { status: 'unknown' };

export interface KeepResource {
  readonly type: 'KeepResource';
  readonly resident?: ResidentId;
  readonly facility: FacilityCode;
  readonly kept: KeptResource;
}

/** Nothing happens when the same facility sends the same again. */
export function decideKeptResource(command: KeepResource, state: KeptResourceState): readonly ResourceKept[] {
  const { resident, facility, kept } = command;
  if (state.status === 'kept' && state.facility === facility && sameContent(state.kept, kept)) return [];
  return [{ type: 'ResourceKept', data: { ...(resident && { resident }), facility, kept } }];
}

export function evolveKeptResource(
  _: KeptResourceState,
  { data: { kept, facility } }: ResourceKept,
): KeptResourceState {
  return { status: 'kept', kept, facility };
}
