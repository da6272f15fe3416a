/** Agents that are told to come back later. */
import type { Duplex } from 'node:stream';
import { answerOnSocket } from '../http/answer-on-socket.ts';
import type { PutOff } from './session-limits.ts';

/** Milliseconds after which one is told: whoever comes again at once, over and over, is slowed down by it and costs next to nothing. */
const TOLD_AFTER_MS = 1000;
/** Agents that wait to be told at once; more are cut off without a word. */
const WAITING_MAX = 2000;

export class PutOffs {
  #waiting = 0;

  tell(socket: Duplex, { code, detail, retryAfterSeconds }: PutOff): void {
    if (this.#waiting >= WAITING_MAX) {
      socket.destroy();
      return;
    }
    this.#waiting += 1;
    const tell = setTimeout(() => {
      answerOnSocket(socket, { code, detail }, { 'retry-after': String(retryAfterSeconds) });
    }, TOLD_AFTER_MS).unref();
    socket.once('close', () => {
      clearTimeout(tell);
      this.#waiting -= 1;
    });
  }
}
