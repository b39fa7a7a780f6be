/**
 * Memory of large bodies, to be handed to another thread instead of copied: of those values that are bytes and alone in their
 * memory. Whoever hands it over must not need it any more.
 */
export function transferable(values: readonly unknown[]): ArrayBuffer[] {
  return values.flatMap((value) => {
    if (!(value instanceof Uint8Array) || value.byteLength < leastWorthIt) return [];
    const { buffer } = value;
    return buffer instanceof ArrayBuffer && buffer.byteLength === value.byteLength ? [buffer] : [];
  });
}

const leastWorthIt = 64 * 1024;
