/** Requests and frames as bytes, broken in the places where their readers must decide something. */
import type { Random } from '../simulation/random.ts';
import { pickOf } from './generate.ts';

const BODY = '{"timeout":60}';

/** A request in pieces, as a network may deliver it. */
export function brokenRequest(random: Random, token: string): readonly Buffer[] {
  const lines = [
    `POST /api/v1/nodes/n1/drain HTTP/1.1`,
    'Host: x',
    `Authorization: ${token}`,
    'Content-Type: application/json',
    `Content-Length: ${BODY.length}`,
  ];
  const more = [
    'Content-Length: 3',
    'Content-Length: 99999999999999999999',
    'Content-Length: -1',
    'Content-Length: 0x10',
    'Transfer-Encoding: chunked',
    'Transfer-Encoding: chunked, identity',
    'Transfer-Encoding : chunked',
    'Transfer-Encoding: gzip, chunked',
    'Expect: 100-continue',
    'Expect: the-unexpected',
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Connection: keep-alive',
    'Host: y',
    'Authorization: Bearer x',
    ' folded: yes',
    'no colon',
    ': empty',
    'x: a\u0000b',
    'x: \r\ny: z',
    `x: ${'a'.repeat(20_000)}`,
  ];
  const first = [
    'GET /healthz HTTP/1.0',
    'GET http://evil/api/v1/nodes HTTP/1.1',
    'GET //evil/api/v1/nodes HTTP/1.1',
    'OPTIONS * HTTP/1.1',
    'CONNECT evil:443 HTTP/1.1',
    'GET /docs/../../../etc/passwd HTTP/1.1',
    'GET /docs/static/..%5c..%5cpackage.json HTTP/1.1',
    'PRI * HTTP/2.0',
    'GET / HTTP/9.9',
    'GET  / HTTP/1.1',
    'GET / HTTP/1.1 more',
    '\u0016\u0003\u0001',
  ];
  if (random.chance(0.3)) lines[0] = pickOf(random, first) ?? '';
  for (let count = random.between(0, 2); count > 0; count -= 1)
    lines.splice(random.between(1, lines.length), 0, pickOf(random, more) ?? '');
  if (random.chance(0.1)) lines.splice(random.between(1, lines.length - 1), 1);
  const newline = random.chance(0.95) ? '\r\n' : '\n';
  const one = `${lines.join(newline)}${newline}${newline}${random.chance(0.8) ? BODY : `e\r\n${BODY}\r\n0\r\n\r\n`}`;
  let bytes = Buffer.from(random.chance(0.2) ? one.repeat(random.between(2, 4)) : one, 'latin1');
  if (random.chance(0.3)) bytes = bytes.subarray(0, random.between(1, bytes.length));
  for (let count = random.chance(0.5) ? random.between(1, 6) : 0; count > 0; count -= 1)
    bytes[random.between(0, bytes.length - 1)] = random.between(0, 255);
  return inPieces(bytes, random);
}

interface Frame {
  readonly opcode?: number;
  readonly isFinal?: boolean;
  readonly reserved?: number;
  readonly isMasked?: boolean;
  /** Instead of the payload's own length. */
  readonly length?: bigint;
  readonly payload?: Buffer | string;
}

/** A frame of a client (RFC 6455, section 5.2). The mask is zero: what is sent can be read in a failure. */
function frame({ opcode = 1, isFinal = true, reserved = 0, isMasked = true, length, payload = '' }: Frame): Buffer {
  const bytes = Buffer.from(payload);
  const told = length ?? BigInt(bytes.length);
  const mask = isMasked ? 0x80 : 0;
  const head = Buffer.from([(isFinal ? 0x80 : 0) + reserved * 16 + opcode]);
  let size = Buffer.from([mask + Number(told < 126n ? told : told < 65_536n ? 126n : 127n)]);
  if (told >= 126n) {
    const wide = Buffer.alloc(8);
    wide.writeBigUInt64BE(told);
    size = Buffer.concat([size, told < 65_536n ? wide.subarray(6) : wide]);
  }
  return Buffer.concat([head, size, Buffer.alloc(isMasked ? 4 : 0), bytes]);
}

const NOT_UTF8 = Buffer.from([0xed, 0xa0, 0x80]);

/** @returns What it is, its frames, and the code with which the session is to be closed. */
export const NEARLY_RIGHT_FRAMES = (bytesMax: number): readonly (readonly [string, readonly Buffer[], number])[] => [
  ['a frame that is not masked', [frame({ isMasked: false, payload: '{}' })], 1002],
  ['a reserved bit', [frame({ reserved: 4, payload: '{}' })], 1002],
  ['a reserved kind of frame', [frame({ opcode: 3 })], 1002],
  ['a reserved kind of control frame', [frame({ opcode: 11 })], 1002],
  ['a ping in two parts', [frame({ opcode: 9, isFinal: false })], 1002],
  ['a ping of 126 bytes', [frame({ opcode: 9, payload: 'a'.repeat(126) })], 1002],
  ['the rest of nothing', [frame({ opcode: 0, payload: '{}' })], 1002],
  ['a message within a message', [frame({ isFinal: false, payload: '{' }), frame({ payload: '}' })], 1002],
  ['a close of one byte', [frame({ opcode: 8, payload: 'a' })], 1002],
  ['a close with a code that nobody may send', [frame({ opcode: 8, payload: Buffer.from([3, 237]) })], 1002],
  [
    'a close whose reason is no UTF-8',
    [frame({ opcode: 8, payload: Buffer.concat([Buffer.from([3, 232]), NOT_UTF8]) })],
    1007,
  ],
  ['a text that is no UTF-8', [frame({ payload: NOT_UTF8 })], 1007],
  [
    'a text that is no UTF-8 only as a whole',
    [frame({ isFinal: false, payload: NOT_UTF8.subarray(0, 1) }), frame({ opcode: 0, payload: NOT_UTF8.subarray(1) })],
    1007,
  ],
  ['a length of 2^63', [frame({ length: 2n ** 63n })], 1009],
  ['a length of 2^53', [frame({ length: 2n ** 53n })], 1009],
  ['a message that is too long', [frame({ payload: 'a'.repeat(bytesMax + 1) })], 1009],
  [
    'a message that is too long only as a whole',
    [frame({ isFinal: false, payload: 'a'.repeat(bytesMax) }), frame({ opcode: 0, payload: 'a' })],
    1009,
  ],
  ['bytes instead of a text', [frame({ opcode: 2, payload: '{}' })], 4000],
  ['an empty text', [frame({})], 4000],
  ['something else than a hello', [frame({ payload: '{"kind":"heartbeat"}' })], 4000],
];

/** Frames of all kinds, and bytes of them broken. */
export function brokenFrames(random: Random): readonly Buffer[] {
  const frames = Array.from({ length: random.between(1, 5) }, () =>
    frame({
      opcode: random.pick(0, 1, 1, 1, 2, 3, 8, 9, 10, 11, 15),
      isFinal: random.chance(0.8),
      reserved: random.chance(0.1) ? random.between(1, 7) : 0,
      isMasked: random.chance(0.9),
      payload: random.pick(
        '',
        '{}',
        '{"kind":"heartbeat"}',
        '{"kind":"hello"}',
        'a'.repeat(random.between(0, 300)),
        '\u0003\u00e8',
      ),
      ...(random.chance(0.1) ? { length: BigInt(random.between(0, 70_000)) } : {}),
    }),
  );
  const bytes = Buffer.concat(frames);
  for (let count = random.chance(0.5) ? random.between(1, 4) : 0; count > 0; count -= 1)
    bytes[random.between(0, bytes.length - 1)] = random.between(0, 255);
  return inPieces(bytes, random);
}

function inPieces(bytes: Buffer, random: Random): readonly Buffer[] {
  const pieces: Buffer[] = [];
  for (let from = 0; from < bytes.length;) {
    const until = random.chance(0.5) ? bytes.length : Math.min(bytes.length, from + random.between(1, 200));
    pieces.push(bytes.subarray(from, until));
    from = until;
  }
  return pieces;
}
