/** Takes notifications out of what PostgreSQL says on one connection; all else passes as it is. */

/** A message of PostgreSQL's protocol: its kind, and its length with the length itself. */
const HEAD_BYTES = 5;
/** The kind of a NotificationResponse. */
const NOTIFICATION = 'A'.charCodeAt(0);

export class WithoutNotifications {
  /** What has come of a message that is not whole yet. */
  #part: Buffer = Buffer.alloc(0);

  /** @returns The messages that are whole by now, but for notifications. */
  heard(chunk: Buffer): Buffer {
    const bytes = Buffer.concat([this.#part, chunk]);
    const passed: Buffer[] = [];
    let at = 0;
    while (bytes.length - at >= HEAD_BYTES) {
      const end = at + 1 + bytes.readUInt32BE(at + 1);
      if (end > bytes.length) break;
      if (bytes.readUInt8(at) !== NOTIFICATION) passed.push(bytes.subarray(at, end));
      at = end;
    }
    this.#part = bytes.subarray(at);
    return Buffer.concat(passed);
  }
}
