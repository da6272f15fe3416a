/** How a command hands over its exit code: commander's actions return nothing. */
import type { ExitCode } from './exit-codes.ts';

export type Finish = (work: Promise<ExitCode>) => Promise<void>;
