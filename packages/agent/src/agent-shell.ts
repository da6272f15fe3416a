/** The thin shell around the agent's pure half: one input at a time, journal first, effects after. */
import type { OperationStart } from '@sluice/contract';
import {
  type AgentEffect,
  type AgentInput,
  type AgentState,
  agentStep,
  type Clock,
  agentWakeAt,
  entriesOf,
  type JournalEntry,
} from '@sluice/core';
import type { Logger } from 'pino';

/** Where entries become durable: `append` resolves when they are synced to the disk. */
export interface ShellJournal {
  append(entries: readonly JournalEntry[]): Promise<void>;
  /** Replaces everything by entries that say the same. */
  compact(entries: readonly JournalEntry[]): Promise<void>;
}

export interface ShellOptions {
  readonly state: AgentState;
  readonly journal: ShellJournal;
  /** How many entries the journal has already. */
  readonly journaled: number;
  readonly perform: (effect: AgentEffect) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Entries after which the journal is written anew with only what still counts: it stays under a few hundred KiB. */
const ENTRIES_UNTIL_COMPACTION = 1000;

/** Milliseconds until a journal that could not be written is tried again. */
const RETRY_MS = 1000;

/** Inputs that say how something is now: an older one says nothing any more. */
const LOOKED_AT: ReadonlySet<AgentInput['kind']> = new Set([
  'WorkloadObserved',
  'SessionsRead',
  'LoadMeasured',
  'Woken',
]);

/** Takes inputs in order. What an input decides is journaled and synced before any of its effects is performed. */
export class AgentShell {
  #state: AgentState;
  readonly #journal: ShellJournal;
  readonly #perform: (effect: AgentEffect) => void;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #waiting: AgentInput[] = [];
  #turn: Promise<void> | null = null;
  #cancelTimer: (() => void) | null = null;
  #isStopped = false;
  /** Ends the pause before the journal is tried again; `null`: there is none. */
  #goOn: (() => void) | null = null;
  #entriesSinceCompaction = 0;

  constructor(options: ShellOptions) {
    this.#state = options.state;
    this.#journal = options.journal;
    this.#entriesSinceCompaction = options.journaled;
    this.#perform = options.perform;
    this.#clock = options.clock;
    this.#logger = options.logger;
  }

  get state(): AgentState {
    return this.#state;
  }

  /** Never throws and never waits: inputs queue up behind the one that is being taken. */
  take(input: AgentInput): void {
    if (this.#isStopped) return;
    // Of what is only looked at the newest counts: a journal that cannot be written must not fill the memory.
    const isNewer = ({ kind }: AgentInput) => kind === input.kind;
    if (this.#goOn !== null && LOOKED_AT.has(input.kind)) {
      const older = this.#waiting.findIndex(isNewer);
      if (older !== -1) this.#waiting.splice(older, 1);
    }
    this.#waiting.push(input);
    this.#turn ??= this.#takeAll();
  }

  /** Takes no more; resolves when what was being taken is done. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#waiting.length = 0;
    this.#cancelTimer?.();
    this.#goOn?.();
    await this.#turn;
  }

  async #takeAll(): Promise<void> {
    // A turn of its own, so that `#turn` is set before anything is taken.
    await Promise.resolve();
    for (let input = this.#waiting.shift(); input !== undefined; input = this.#waiting.shift())
      await this.#takeOne(input);
    this.#turn = null;
    this.#armTimer();
  }

  async #takeOne(input: AgentInput): Promise<void> {
    let step = agentStep(this.#state, input, this.#clock.now());
    while (step.entries.length > 0 && !(await this.#isJournaled(input, step.entries))) {
      if (isStart(input)) {
        this.#refuse(input.message.operationId);
        return;
      }
      await this.#pause();
      if (this.#isStopped) return;
      step = agentStep(this.#state, input, this.#clock.now());
    }
    this.#state = step.state;
    for (const effect of step.effects) this.#perform(effect);
    if (this.#entriesSinceCompaction >= ENTRIES_UNTIL_COMPACTION) await this.#compact();
  }

  /** A compaction that fails leaves the journal as it is, which only is longer than it need be. */
  async #compact(): Promise<void> {
    this.#entriesSinceCompaction = 0;
    try {
      await this.#journal.compact(entriesOf(this.#state.journal));
    } catch (error) {
      this.#logger.warn(
        { event: 'journal-uncompacted', err: error },
        'the journal could not be compacted; it is tried again later',
      );
    }
  }

  /**
   * What cannot be journaled is not done: the state stays as it was. An act is refused in plain words; everything else is
   * tried again until it can be, in its order.
   */
  async #isJournaled(input: AgentInput, entries: readonly JournalEntry[]): Promise<boolean> {
    try {
      await this.#journal.append(entries);
      this.#entriesSinceCompaction += entries.length;
      return true;
    } catch (error) {
      this.#logger.error(
        { event: 'journal-unwritable', input: input.kind, err: error },
        'the journal cannot be written; nothing was done because of this input',
      );
      return false;
    }
  }

  #refuse(operationId: string): void {
    this.#perform({
      kind: 'Send',
      message: {
        kind: 'operation.update',
        operationId,
        sequence: 1,
        status: 'failed',
        phase: null,
        result: null,
        error: {
          code: 'journal-unwritable',
          message: 'The agent cannot write its journal (is the disk full?), so it did nothing.',
        },
        output: null,
      },
    });
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#clock.wakeAt(this.#clock.now() + RETRY_MS, () => this.#goOn?.());
      this.#goOn = () => {
        cancel();
        this.#goOn = null;
        resolve();
      };
    });
  }

  #armTimer(): void {
    this.#cancelTimer?.();
    const wakeAt = this.#isStopped ? null : agentWakeAt(this.#state, this.#clock.now());
    this.#cancelTimer = wakeAt === null ? null : this.#clock.wakeAt(wakeAt, () => this.take({ kind: 'Woken' }));
  }
}

type StartInput = Extract<AgentInput, { kind: 'MessageReceived' }> & { readonly message: OperationStart };

function isStart(input: AgentInput): input is StartInput {
  return input.kind === 'MessageReceived' && input.message.kind === 'operation.start';
}
