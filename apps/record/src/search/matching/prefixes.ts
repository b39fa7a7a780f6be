/** The prefixes of R4 (search.html §3.1.1.4.6) over what a value of a resource may stand for. */
import type { Span } from '../../projection/seconds.js';
import type { DateValue, NumberValue } from '../parameter-values.js';
import type { Amount } from './element-values.js';

/** Ends are exclusive. */
export function fitsSpan(span: Span, asked: DateValue): boolean {
  const within = span.starts >= asked.starts && span.ends <= asked.ends;
  switch (asked.prefix) {
    case 'eq':
      return within;
    case 'ne':
      return !within;
    case 'gt':
      return span.ends > asked.ends;
    case 'ge':
      return span.ends > asked.ends || within;
    case 'lt':
      return span.starts < asked.starts;
    case 'le':
      return span.starts < asked.starts || within;
    case 'sa':
      return span.starts >= asked.ends;
    case 'eb':
      return span.ends <= asked.starts;
    case 'ap':
      return span.starts < asked.ends && span.ends > asked.starts;
    default:
      return asked.prefix satisfies never;
  }
}

export function fitsAmount({ low, high }: Pick<Amount, 'low' | 'high'>, asked: NumberValue): boolean {
  const within = low >= asked.low && high < asked.high;
  switch (asked.prefix) {
    case 'eq':
      return within;
    case 'ne':
      return !within;
    case 'gt':
      return high > asked.value;
    case 'ge':
      return high >= asked.value;
    case 'lt':
      return low < asked.value;
    case 'le':
      return low <= asked.value;
    case 'sa':
      return low > asked.value;
    case 'eb':
      return high < asked.value;
    case 'ap':
      return low <= asked.high && high >= asked.low;
    default:
      return asked.prefix satisfies never;
  }
}
