/** How much of the heap is in use once everything that nobody holds is gone. */
import { setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = new Script('gc()');

/** Bytes. The server under test lives in this very process. */
export function heapAfterCollection(): number {
  // What was released by the first may have held something with a finalizer.
  collect.runInNewContext();
  collect.runInNewContext();
  return process.memoryUsage().heapUsed;
}
