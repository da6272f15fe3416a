/** What a container printed, out of what the engine sends: frames of stdout and stderr, or, of a container with a terminal, bytes as they are. */

/** Of a frame: stream (1 byte), three zeros, length (4 bytes, big endian). */
const HEADER_BYTES = 8;

/** The payload of all whole frames, and of a last one that was cut. What is no frame is taken as it is: the container has a terminal. */
export function printedBytes(body: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < body.length;) {
    const stream = body[at];
    const isHeader =
      body.length - at >= HEADER_BYTES &&
      (stream === 0 || stream === 1 || stream === 2) &&
      body.readUIntBE(at + 1, 3) === 0;
    if (!isHeader) {
      // A header that was cut off says nothing; anything else at the start is no multiplexed stream at all.
      return at === 0 && body.length >= HEADER_BYTES ? body : Buffer.concat(parts);
    }
    const length = body.readUInt32BE(at + 4);
    parts.push(body.subarray(at + HEADER_BYTES, at + HEADER_BYTES + length));
    at += HEADER_BYTES + length;
  }
  return Buffer.concat(parts);
}
