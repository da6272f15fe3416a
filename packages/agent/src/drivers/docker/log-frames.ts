/** What a container printed, out of what the engine sends: frames of stdout and stderr, or, of a container with a terminal, bytes as they are. */

/** Of a frame: stream (1 byte), three zeros, length (4 bytes, big endian). */
const HEADER_BYTES = 8;

/**
 * The payload of all whole frames, and of a last one that was cut. What does not begin as a frame is taken as it is: the
 * container has a terminal.
 */
export function printedBytes(body: Buffer): Buffer {
  if (!isHeader(body, 0)) return body;
  const parts: Buffer[] = [];
  let at = 0;
  while (isHeader(body, at) && body.length - at >= HEADER_BYTES) {
    const from = at + HEADER_BYTES;
    at = from + body.readUInt32BE(at + 4);
    parts.push(body.subarray(from, at));
  }
  return Buffer.concat(parts);
}

/** Whether what is there of a header is one: stdin, stdout or stderr, and three zeros; no text has those. */
function isHeader(body: Buffer, at: number): boolean {
  const [stream, ...zeros] = body.subarray(at, at + 4);
  return stream !== undefined && stream <= 2 && zeros.every((each) => each === 0);
}
