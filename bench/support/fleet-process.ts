/** Plays the agents of a whole fleet in a process of its own, as its parent asks. Ends with its parent. */
import { Compile } from 'typebox/compile';
import { type FleetComplete, type FromFleet, ToFleet } from './fleet-messages.ts';
import { HeartbeatWheel } from './heartbeat-wheel.ts';
import { monotonicMs } from './monotonic.ts';
import { type AgentFollower, PlayedAgent } from './played-agent.ts';

/** Milliseconds over which agents begin that all begin at once. */
const STORM_MS = 1000;

const toFleet = Compile(ToFleet);

class PlayedFleetProcess {
  readonly #agents: PlayedAgent[] = [];
  readonly #beating = new Map<PlayedAgent, () => void>();
  readonly #waiting: PlayedAgent[] = [];
  #atOnce = 0;
  #onTheirWay = 0;
  #wheel: HeartbeatWheel | null = null;
  #server = { port: 0, joinToken: '', isBusy: false };
  #welcomes: Pick<FleetComplete, 'welcomedAt' | 'helloMs'> = { welcomedAt: [], helloMs: [] };
  #isComplete = true;
  #counts = noCounts();
  #told: Extract<FromFleet, { readonly kind: 'told' }>['agents'] = [];

  readonly #follower: AgentFollower = {
    server: () => this.#server,
    welcomed: (agent, { heartbeatIntervalMs, firstHeartbeatInMs }, helloMs) => {
      this.#wheel ??= new HeartbeatWheel(heartbeatIntervalMs);
      this.#beating.set(agent, this.#wheel.add(agent, firstHeartbeatInMs ?? heartbeatIntervalMs));
      this.#welcomes.welcomedAt.push(monotonicMs());
      this.#welcomes.helloMs.push(helloMs);
      this.#onTheirWay -= 1;
      this.#letIn();
      this.#tellComplete();
    },
    told: ({ index }, availability) => {
      if (this.#told.length === 0) setImmediate(() => this.#tellTold());
      this.#told.push({ index, availability, at: monotonicMs() });
    },
    beaten: () => {
      this.#counts.heartbeats += 1;
    },
    lost: (agent, wasWelcomed, why) => {
      this.#beating.get(agent)?.();
      this.#beating.delete(agent);
      const counted = wasWelcomed ? this.#counts.losses : this.#counts.refusals;
      counted[why] = (counted[why] ?? 0) + 1;
    },
  };

  take(message: ToFleet): void {
    switch (message.kind) {
      case 'connect':
        this.#server = {
          port: Number(new URL(message.url).port),
          joinToken: message.joinToken,
          isBusy: message.isBusy,
        };
        this.#connect(message.firstIndex ?? 0, message.count, message.atOnce);
        return;
      case 'expect-loss':
        this.#isComplete = false;
        this.#welcomes = { welcomedAt: [], helloMs: [] };
        return;
      case 'count':
        tell({ kind: 'counts', ...this.#counts });
        this.#counts = noCounts();
    }
  }

  #connect(firstIndex: number, count: number, atOnce: number): void {
    const more = Array.from(
      { length: count },
      (_, index) => new PlayedAgent(firstIndex + this.#agents.length + index, this.#follower),
    );
    this.#agents.push(...more);
    this.#isComplete = false;
    this.#welcomes = { welcomedAt: [], helloMs: [] };
    this.#atOnce = atOnce;
    if (atOnce > 0) {
      this.#waiting.push(...more);
      this.#letIn();
    } else {
      for (const agent of more) setTimeout(() => agent.connect(), Math.random() * STORM_MS);
    }
    this.#tellComplete();
  }

  #letIn(): void {
    while (this.#onTheirWay < this.#atOnce) {
      const agent = this.#waiting.shift();
      if (agent === undefined) return;
      this.#onTheirWay += 1;
      agent.connect();
    }
  }

  #tellComplete(): void {
    if (this.#isComplete || this.#beating.size < this.#agents.length) return;
    this.#isComplete = true;
    this.#onTheirWay = 0;
    tell({ kind: 'complete', at: monotonicMs(), ...this.#welcomes });
  }

  #tellTold(): void {
    tell({ kind: 'told', agents: this.#told });
    this.#told = [];
  }
}

function noCounts() {
  return { heartbeats: 0, refusals: numbers(), losses: numbers() };
}

function numbers(): Record<string, number> {
  return {};
}

function tell(message: FromFleet): void {
  process.send?.(message);
}

const fleet = new PlayedFleetProcess();
process.on('message', (message) => {
  if (!toFleet.Check(message))
    throw new Error(`the benchmark said what the fleet does not know: ${JSON.stringify(message)}`);
  fleet.take(message);
});
process.on('disconnect', () => process.exit(0));
