/** How a command hands over its exit code, one of ours or that of the program which it ran: commander's actions return nothing. */

export type Finish = (work: Promise<number>) => Promise<void>;
