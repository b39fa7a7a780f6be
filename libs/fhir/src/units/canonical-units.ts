/** UCUM units brought to one unit of each dimension, so that quantities of different units can be compared. */

/** Powers of the base dimensions, `g1m-3`; empty for numbers alone. */
interface Unit {
  readonly factor: number;
  readonly dimensions: Readonly<Record<string, number>>;
}

export interface CanonicalQuantity {
  readonly value: number;
  /** Text that is the same for all units of a dimension. */
  readonly unit: string;
}

const prefixes: Readonly<Record<string, number>> = {
  '': 1,
  da: 1e1,
  h: 1e2,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  d: 1e-1,
  c: 1e-2,
  m: 1e-3,
  u: 1e-6,
  n: 1e-9,
  p: 1e-12,
  f: 1e-15,
};

/** Units that take metric prefixes. Amounts (mol), international units (U, [IU]) and masses stay apart: no substance is known here. */
const metric: Readonly<Record<string, Unit>> = {
  g: { factor: 1, dimensions: { g: 1 } },
  m: { factor: 1, dimensions: { m: 1 } },
  L: { factor: 1e-3, dimensions: { m: 3 } },
  l: { factor: 1e-3, dimensions: { m: 3 } },
  s: { factor: 1, dimensions: { s: 1 } },
  mol: { factor: 1, dimensions: { mol: 1 } },
  eq: { factor: 1, dimensions: { eq: 1 } },
  U: { factor: 1, dimensions: { U: 1 } },
  '[IU]': { factor: 1, dimensions: { IU: 1 } },
  '[iU]': { factor: 1, dimensions: { IU: 1 } },
  Pa: { factor: 1e3, dimensions: { g: 1, m: -1, s: -2 } },
  'm[Hg]': { factor: 133_322_000, dimensions: { g: 1, m: -1, s: -2 } },
  J: { factor: 1e3, dimensions: { g: 1, m: 2, s: -2 } },
  cal: { factor: 4184, dimensions: { g: 1, m: 2, s: -2 } },
  Cel: { factor: 1, dimensions: { Cel: 1 } },
  Bq: { factor: 1, dimensions: { s: -1 } },
};

const plain: Readonly<Record<string, Unit>> = {
  min: { factor: 60, dimensions: { s: 1 } },
  h: { factor: 3_600, dimensions: { s: 1 } },
  d: { factor: 86_400, dimensions: { s: 1 } },
  wk: { factor: 604_800, dimensions: { s: 1 } },
  mo: { factor: 2_629_800, dimensions: { s: 1 } },
  a: { factor: 31_557_600, dimensions: { s: 1 } },
  '[lb_av]': { factor: 453.592_37, dimensions: { g: 1 } },
  '[oz_av]': { factor: 28.349_523_125, dimensions: { g: 1 } },
  '[in_i]': { factor: 0.0254, dimensions: { m: 1 } },
  '[ft_i]': { factor: 0.3048, dimensions: { m: 1 } },
  '%': { factor: 0.01, dimensions: {} },
  '10*': { factor: 10, dimensions: {} },
  '10^': { factor: 10, dimensions: {} },
};

const known = new Map<string, Unit | undefined>();

/** `undefined` for a unit that is not known here: it can be compared with itself alone. */
export function canonicalQuantity(value: number, ucum: string): CanonicalQuantity | undefined {
  if (ucum === '[degF]') return { value: tidy(((value - 32) * 5) / 9), unit: 'Cel1' };
  if (!known.has(ucum) && known.size < 1_000) known.set(ucum, unitOf(ucum));
  const unit = known.get(ucum) ?? unitOf(ucum);
  if (!unit) return undefined;
  const written = Object.entries(unit.dimensions)
    .filter(([, power]) => power !== 0)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, power]) => `${name}${power}`)
    .join('');
  return { value: tidy(value * unit.factor), unit: written };
}

/** Twelve digits: what was 0.1 + 0.2 on the way is 0.3. */
const tidy = (value: number): number => Number(value.toPrecision(12));

/** `mg/dL`, `10*9/L`, `kg/m2`, `/min`; annotations in braces say nothing. */
function unitOf(ucum: string): Unit | undefined {
  const terms = ucum.replace(/\{[^}]*\}/g, '').split(/(?=[./])/);
  let factor = 1;
  const dimensions: Record<string, number> = {};
  for (const term of terms) {
    const divides = term.startsWith('/');
    const written = term.replace(/^[./]/, '');
    if (written === '') continue;
    const atom = atomOf(written);
    if (!atom) return undefined;
    factor *= divides ? 1 / atom.factor : atom.factor;
    for (const [name, power] of Object.entries(atom.dimensions))
      dimensions[name] = (dimensions[name] ?? 0) + (divides ? -power : power);
  }
  return { factor, dimensions };
}

function atomOf(written: string): Unit | undefined {
  if (/^\d+$/.test(written)) return { factor: Number(written), dimensions: {} };
  const [, name = '', power = '1'] = /^(10[*^]|.*?[^\d+-])([+-]?\d+)?$/.exec(written) ?? [];
  const base = baseOf(name);
  if (!base) return undefined;
  const exponent = Number(power);
  return {
    factor: base.factor ** exponent,
    dimensions: Object.fromEntries(Object.entries(base.dimensions).map(([of, inner]) => [of, inner * exponent])),
  };
}

function baseOf(name: string): Unit | undefined {
  if (Object.hasOwn(plain, name)) return plain[name];
  for (const [prefix, factor] of Object.entries(prefixes)) {
    const rest = name.slice(prefix.length);
    if (!name.startsWith(prefix) || !Object.hasOwn(metric, rest)) continue;
    const unit = metric[rest];
    if (unit) return { factor: unit.factor * factor, dimensions: unit.dimensions };
  }
  return undefined;
}
