type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** The object without its undefined fields. */
export function definedOnly<T extends object>(fields: T): Defined<T> {
  const defined: Defined<T> = {};
  for (const name in fields) {
    const value = fields[name];
    if (value !== undefined) defined[name] = value as Exclude<T[typeof name], undefined>;
  }
  return defined;
}
