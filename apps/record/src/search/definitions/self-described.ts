import { dateParameterOf, keptIndexed } from '../../projection/self-described-rows.js';
import { undated } from '../../projection/seconds.js';
import { type IndexedParameter, type Order, partTable, patient, type TypeDefinition } from './type-definition.js';

const byDate: Order = { from: 'kept_entry e', key: ['e.starts', 'e.number', 'e.part'] };
/** Where no date orders a type, none of its rows has one. */
const natural: Order = { from: 'kept_entry e', key: ['e.number', 'e.part'] };

/**
 * Resources that no table of their type says all of, because they were kept as they were sent: found by whose they are, by time and
 * by some of their words and codes. What else is asked of them is told from the resources themselves.
 */
export function selfDescribedDefinition(type: string): TypeDefinition {
  const { orders, keyOrder: _, updatedOrder, ...table } = partTable('kept_entry', 'natural');
  const dated = dateParameterOf(type);
  const parameters: Record<string, IndexedParameter> = { patient, subject: patient };
  for (const name of keptIndexed) parameters[name] = { kind: 'kept-value' };
  if (dated !== undefined) parameters[dated] = { kind: 'date', starts: 'e.starts', ends: 'e.ends', endless: true };
  return {
    type,
    ...table,
    only:
      dated === undefined
        ? { text: 'e.type = ? and e.starts = ?', values: [type, undated] }
        : { text: 'e.type = ?', values: [type] },
    superset: true,
    parameters,
    orders: { ...orders, ...(dated === undefined ? { natural } : { [dated]: byDate }) },
    // For a type whose own rows go by another time: see stretchesOf.
    keyOrder: byDate,
    updatedOrder,
    defaultOrder: dated === undefined ? { name: 'natural', descending: false } : { name: dated, descending: true },
  };
}
