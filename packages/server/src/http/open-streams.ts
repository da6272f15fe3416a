/** Answers that go on for as long as their reader stays: sent no faster than they are read, and ended when the server stops. */
import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import type { Logger } from 'pino';
import type { LimitSettings } from '../limits/limit-settings.ts';

/** Milliseconds that readers get at the server's stop to take the end of their stream. */
const END_WITHIN_MS = 1000;

/** The token that a stream was opened with. */
export interface TokenWatch {
  readonly id: string;
  /** Whether it still opens anything: also time ends tokens. */
  readonly isLive: () => boolean;
  readonly stop: () => void;
}

export class OpenStreams {
  readonly #logger: Logger;
  readonly #open = new Map<AbortController, FastifyReply>();
  readonly #perToken: number;
  /** Milliseconds in which a reader takes nothing of what waits for it, until its stream is ended. */
  readonly #stalledMsMax: number;
  readonly #ofToken = new Map<string, number>();

  constructor(logger: Logger, limits: Pick<LimitSettings, 'streamsPerToken' | 'slowReaderSeconds'>) {
    this.#logger = logger;
    this.#perToken = limits.streamsPerToken;
    this.#stalledMsMax = limits.slowReaderSeconds * 1000;
  }

  /** Whether the token has as many as it may. */
  isFull(tokenId: string): boolean {
    return (this.#ofToken.get(tokenId) ?? 0) >= this.#perToken;
  }

  /** Until its token ends, sends what the stream gives; one chunk of it waits at most, whatever the reader does. */
  send(
    reply: FastifyReply,
    open: (signal: AbortSignal) => AsyncIterable<string | Buffer>,
    watch: (end: () => void) => TokenWatch,
  ): FastifyReply {
    const ending = new AbortController();
    const token = watch(() => reply.raw.destroy());
    this.#open.set(ending, reply);
    this.#ofToken.set(token.id, (this.#ofToken.get(token.id) ?? 0) + 1);
    reply.raw.once('close', () => {
      this.#open.delete(ending);
      token.stop();
      const left = (this.#ofToken.get(token.id) ?? 1) - 1;
      if (left === 0) this.#ofToken.delete(token.id);
      else this.#ofToken.set(token.id, left);
      ending.abort();
    });
    const chunks = this.#watched(open(ending.signal), token, () => reply.raw.destroy());
    // An ended stream leaves no connection behind that would keep the server from stopping; nginx would gather what is live.
    return reply.header('connection', 'close').header('x-accel-buffering', 'no').send(Readable.from(chunks));
  }

  endAll(): void {
    for (const [ending, reply] of this.#open) {
      ending.abort();
      setTimeout(() => reply.raw.destroy(), END_WITHIN_MS).unref();
    }
  }

  async *#watched(
    chunks: AsyncIterable<string | Buffer>,
    token: TokenWatch,
    giveUp: () => void,
  ): AsyncGenerator<string | Buffer> {
    try {
      for await (const chunk of chunks) {
        if (!token.isLive()) {
          giveUp();
          return;
        }
        const timer = setTimeout(giveUp, this.#stalledMsMax);
        try {
          yield chunk;
        } finally {
          clearTimeout(timer);
        }
      }
    } catch (error) {
      // The reader comes back and goes on where it was; what it meets then says whether the trouble lasts.
      this.#logger.warn({ event: 'stream-failed', err: error }, 'a stream was ended by a failure');
      giveUp();
    }
  }
}
