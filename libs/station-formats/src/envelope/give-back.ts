/**
 * Gives the memory of bytes back at once. Nobody may use them any more. The collector would come too late: bytes of this size
 * weigh nothing on its heap, and tens of megabytes pile up before it looks. Bytes that share their memory are left alone.
 */
export function giveBack({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}
