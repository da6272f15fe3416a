/** As much of the Protocol Buffers encoding as a few messages of etcd need: whole numbers, and bytes, text or messages of a known length. */

/** Where each field of a message is, by its number; of several with one number the last counts. */
export type Fields = ReadonlyMap<number, bigint | Buffer>;

export function numberField(field: number, value: bigint): Buffer {
  return Buffer.concat([varint(BigInt(field * 8)), varint(value)]);
}

export function bytesField(field: number, value: Buffer | string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([varint(BigInt(field * 8 + 2)), varint(BigInt(bytes.length)), bytes]);
}

export function readFields(bytes: Buffer): Fields {
  const fields = new Map<number, bigint | Buffer>();
  let at = 0;
  const next = (): bigint => {
    let value = 0n;
    for (let shift = 0n; at < bytes.length; shift += 7n) {
      const byte = bytes[at] ?? 0;
      at += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    return value;
  };
  while (at < bytes.length) {
    const tag = Number(next());
    if (tag % 8 === 0) {
      fields.set(Math.floor(tag / 8), next());
      continue;
    }
    if (tag % 8 !== 2) throw new Error(`a field of wire type ${tag % 8} is not read here`);
    const length = Number(next());
    fields.set(Math.floor(tag / 8), bytes.subarray(at, at + length));
    at += length;
  }
  return fields;
}

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let left = value;
  do {
    const low = Number(left & 0x7fn);
    left >>= 7n;
    bytes.push(left === 0n ? low : low | 0x80);
  } while (left > 0n);
  return Buffer.from(bytes);
}
