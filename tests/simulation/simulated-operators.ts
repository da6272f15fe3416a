/** People who start rollouts, pause, resume, approve, cancel and retry them, and ask again when nobody answers. */
import type { RolloutSpec } from '@sluice/contract';
import type { Rollouts, SteerKind } from '../../packages/server/src/rollouts/rollouts.ts';
import type { Profile } from './profile.ts';
import type { Random } from './random.ts';
import type { Life, VirtualClock } from './virtual-clock.ts';

export interface RolloutDoor {
  readonly life: Life;
  readonly rollouts: Rollouts;
}

export interface SimulatedOperatorsOptions {
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly profile: Profile;
  readonly isTroubled: () => boolean;
  readonly door: () => RolloutDoor | null;
  readonly failed: (error: unknown) => void;
}

/** Milliseconds after which somebody who got no answer starts the same rollout again, and how often they do. */
const ASK_AGAIN_MS = 2000;
const ASKS_MAX = 6;
const ROLLOUTS_MAX = 3;
const ACTOR = { name: 'operator', address: null };

export class SimulatedOperators {
  /** Rollouts whose start was acknowledged. */
  readonly acknowledged = new Set<string>();
  readonly #options: SimulatedOperatorsOptions;
  #started = 0;

  constructor(options: SimulatedOperatorsOptions) {
    this.#options = options;
  }

  /** They start and steer until the trouble is over. */
  begin(): void {
    if (this.#options.profile.rollouts) this.#goOn();
  }

  #goOn(): void {
    const { clock, random, isTroubled } = this.#options;
    clock.after(random.between(500, 8000), () => {
      if (!isTroubled()) return;
      if (this.#started < ROLLOUTS_MAX && (this.#started === 0 || random.chance(0.2))) this.#startAnother();
      else this.#steer();
      this.#goOn();
    });
  }

  #startAnother(): void {
    this.#started += 1;
    this.#start(`r${this.#started}`, this.#wish(), 0);
  }

  /** The same under the same id until it is answered. */
  #start(id: string, spec: RolloutSpec, asked: number): void {
    const { clock, door, failed } = this.#options;
    const server = door();
    let isAnswered = false;
    clock.after(ASK_AGAIN_MS, () => {
      if (!isAnswered && asked < ASKS_MAX) this.#start(id, spec, asked + 1);
    });
    server?.rollouts
      .start({ id, isOfKey: false }, { spec, scope: null }, ACTOR)
      .then((result) => {
        if (!server.life.isAlive) return;
        isAnswered =
          result.ok || (result.problem.code !== 'store-unavailable' && result.problem.code !== 'outcome-unknown');
        if (result.ok) this.acknowledged.add(id);
        else if (result.problem.code === 'internal') throw new Error(`starting ${id}: ${result.problem.detail}`);
      })
      .catch(failed);
  }

  #steer(): void {
    const { random, door, failed } = this.#options;
    const server = door();
    const id = `r${random.between(1, Math.max(1, this.#started))}`;
    const kind = random.pick<SteerKind>(
      'PauseRollout',
      'ResumeRollout',
      'ResumeRollout',
      'ApproveRollout',
      'CancelRollout',
      'RetryRollout',
      'RetryRollout',
    );
    server?.rollouts
      .steer(id, kind, null, ACTOR)
      .then((result) => {
        if (server.life.isAlive && !result.ok && result.problem.code === 'internal')
          throw new Error(`${kind} of ${id}: ${result.problem.detail}`);
      })
      .catch(failed);
  }

  #wish(): RolloutSpec {
    const { random } = this.#options;
    const command = random.pick<RolloutSpec['command']>(
      { kind: 'restart' },
      { kind: 'restart' },
      { kind: 'reboot' },
      { kind: 'drain' },
      { kind: 'undrain' },
      { kind: 'run', name: 'wipe' },
    );
    const canary = random.pick(undefined, undefined, 1);
    return {
      all: true,
      command,
      order: random.pick<NonNullable<RolloutSpec['order']>>({ by: 'id' }, { by: 'random' }, { by: 'zone' }),
      maxUnavailable: random.pick<number | string>(1, 2, '50%'),
      drainTimeoutSeconds: random.pick(3, 20),
      onDeadline: random.pick<NonNullable<RolloutSpec['onDeadline']>>('force', 'force', 'cancel', 'hold'),
      undrainAfter: random.chance(0.8),
      healthySeconds: random.pick(0, 2),
      healthyWithinSeconds: 60,
      maxFailures: random.pick(1, 2, 5),
      onFailures: random.pick<NonNullable<RolloutSpec['onFailures']>>('pause', 'abort'),
      offline: random.pick<NonNullable<RolloutSpec['offline']>>('skip', 'wait'),
      stallSeconds: 60,
      ...(canary === undefined ? {} : { canary }),
    };
  }
}
