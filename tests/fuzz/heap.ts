/** How much of the heap is in use once everything that nobody holds is gone. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect: unknown = runInNewContext('gc');

/** Bytes. The server under test lives in this very process. */
export function heapAfterCollection(): number {
  if (typeof collect !== 'function') throw new Error('this Node.js gives no way to collect garbage');
  // What was released by the first may have held something with a finalizer.
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}
