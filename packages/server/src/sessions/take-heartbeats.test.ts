/** What is heard of an agent is the same with the short way and without it: for every stream of frames, right or wrong, however it is cut. */
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { EMPTY_HEARTBEAT, takeHeartbeats } from './take-heartbeats.ts';

const LAST = 0x80;
const KINDS = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

interface Frame {
  readonly kind: keyof typeof KINDS;
  readonly payload: Buffer;
  readonly isLast?: boolean;
  readonly isMasked?: boolean;
  readonly mask?: number;
}

function bytesOf({ kind, payload, isLast = true, isMasked = true, mask = 0 }: Frame): Buffer {
  const { length } = payload;
  const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  head[0] = (isLast ? LAST : 0) | KINDS[kind];
  head[1] = (isMasked ? LAST : 0) | (length < 126 ? length : length < 65_536 ? 126 : 127);
  if (head.length === 4) head.writeUInt16BE(length, 2);
  if (head.length === 10) head.writeBigUInt64BE(BigInt(length), 2);
  if (!isMasked) return Buffer.concat([head, payload]);
  const key = Buffer.alloc(4);
  key.writeUInt32BE(mask);
  return Buffer.concat([head, key, payload.map((byte, index) => byte ^ (key[index % 4] ?? 0))]);
}

const NOTHING = Buffer.alloc(0);
const HEARTBEAT = { kind: 'text', payload: Buffer.from(EMPTY_HEARTBEAT) } as const;

interface Step {
  readonly chunk: Buffer;
  /** Before it nothing is read for a turn. */
  readonly isPaused?: boolean;
  /** After it the event loop has a turn. */
  readonly isAwaited?: boolean;
}

/**
 * @param early What comes before the upgrade: together with the request, and after it.
 * @returns What was heard, in order, and how much of it by the short way.
 */
async function heardOf(
  steps: readonly Step[],
  isShort: boolean,
  early: { head?: Buffer; pushed?: Buffer } = {},
): Promise<{ heard: string[]; short: number }> {
  const heard: string[] = [];
  let short = 0;
  const stream = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() });
  const request = Object.assign(new IncomingMessage(new Socket()), {
    method: 'GET',
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      'sec-websocket-version': '13',
    },
  });
  const server = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: 70_000 });
  const { head = NOTHING, pushed = NOTHING } = early;
  if (pushed.length > 0) stream.push(Buffer.from(pushed));
  // ws unmasks where the bytes are.
  server.handleUpgrade(request, stream, Buffer.from(head), (socket) => {
    socket.on('message', (bytes: Buffer, isBinary) =>
      heard.push(`${isBinary ? 'binary' : 'text'} ${bytes.toString()}`),
    );
    socket.on('ping', (bytes) => heard.push(`ping ${bytes.toString()}`));
    socket.on('pong', (bytes) => heard.push(`pong ${bytes.toString()}`));
    socket.on('error', (error) => heard.push(error.message));
    if (isShort)
      takeHeartbeats(stream, () => {
        heard.push(`text ${EMPTY_HEARTBEAT}`);
        short += 1;
      });
  });
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  await turn();
  for (const { chunk, isPaused, isAwaited } of steps) {
    if (isPaused === true) stream.pause();
    stream.push(Buffer.from(chunk));
    if (isAwaited === true) await turn();
    if (isPaused === true) stream.resume();
  }
  await turn();
  await turn();
  stream.destroy();
  return { heard, short };
}

const mask = fc.nat(0xffff_ffff);
const frame: fc.Arbitrary<Frame> = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.record({ kind: fc.constant(HEARTBEAT.kind), payload: fc.constant(HEARTBEAT.payload), mask }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constantFrom('text' as const, 'binary' as const),
      // A heartbeat within a message is none.
      payload: fc.oneof(
        fc.constantFrom(0, 1, 20, 125, 126, 400, 65_535, 65_536, 70_001).map((length) => Buffer.alloc(length, 'x')),
        fc
          .nat(200)
          .map((length) => Buffer.concat([Buffer.alloc(length, 'x'), bytesOf(HEARTBEAT), Buffer.alloc(3, 'y')])),
      ),
      mask: fc.oneof(fc.constant(0), mask),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom('ping' as const, 'pong' as const),
      payload: fc.constantFrom(Buffer.alloc(0), Buffer.from('sign')),
      mask,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom(...(['continuation', 'text', 'binary', 'close', 'ping'] as const)),
      payload: fc.constantFrom(Buffer.alloc(0), HEARTBEAT.payload),
      isLast: fc.boolean(),
      isMasked: fc.boolean(),
      mask,
    }),
  },
);

const sometimes = fc.integer({ min: 1, max: 8 }).map((one) => one === 8);

/** Frames one by one, some together, and some cut anywhere, as networks do. */
const steps: fc.Arbitrary<Step[]> = fc
  .array(
    fc.record({
      frame,
      cuts: fc.oneof({ weight: 4, arbitrary: fc.constant([]) }, fc.array(fc.nat(26), { maxLength: 2 })),
      isJoined: sometimes,
      isPaused: sometimes,
      isAwaited: fc.boolean(),
    }),
    { maxLength: 25 },
  )
  .map((given) => {
    const chunks: Step[] = [];
    let before = Buffer.alloc(0);
    for (const { frame: next, cuts, isJoined, isPaused, isAwaited } of given) {
      let rest = Buffer.concat([before, bytesOf(next)]);
      before = Buffer.alloc(0);
      for (const cut of cuts) {
        if (cut >= rest.length) continue;
        chunks.push({ chunk: rest.subarray(0, cut), isPaused, isAwaited });
        rest = rest.subarray(cut);
      }
      if (isJoined) before = rest;
      else chunks.push({ chunk: rest, isPaused, isAwaited });
    }
    return [...chunks, { chunk: before }].filter(({ chunk }) => chunk.length > 0);
  });

test('what is heard is what ws alone hears, in its order, however the frames come', async () => {
  let takenShort = 0;
  await fc.assert(
    fc.asyncProperty(steps, sometimes, sometimes, async (given, isEarly, isPushedEarly) => {
      const [head, pushed] = isEarly ? [given[0]?.chunk, isPushedEarly ? given[1]?.chunk : undefined] : [];
      const early = { ...(head && { head }), ...(pushed && { pushed }) };
      const rest = given.slice(Object.keys(early).length);
      const { heard, short } = await heardOf(rest, true, early);
      expect(heard).toEqual((await heardOf(rest, false, early)).heard);
      takenShort += short;
    }),
    { numRuns: 500 },
  );
  expect(takenShort).toBeGreaterThan(300);
});

test('heartbeats that come one by one take the short way, also after longer messages', async () => {
  const long = bytesOf({ kind: 'text', payload: Buffer.alloc(3000, 'x'), mask: 7 });
  const chunks = [
    bytesOf({ ...HEARTBEAT, mask: 0x1234_5678 }),
    long.subarray(0, 1400),
    long.subarray(1400),
    bytesOf({ ...HEARTBEAT, mask: 0xffff_ffff }),
    bytesOf({ kind: 'ping', payload: Buffer.alloc(0), mask: 9 }),
    bytesOf(HEARTBEAT),
  ];
  const { heard, short } = await heardOf(
    chunks.map((chunk) => ({ chunk })),
    true,
  );
  expect(short).toBe(3);
  expect(heard).toHaveLength(5);
});
