/** What load balancers are told of the node: on the endpoints that the configuration opens for them, and on HAProxy's own socket. */
import type { RotationState } from '@sluice/core';
import type { Logger } from 'pino';
import { AgentCheck } from './agent-check.ts';
import { HaproxyRuntime, type HaproxyRuntimeSettings, type RotationTold } from './haproxy-runtime.ts';
import type { ListenAddress } from './listen.ts';
import { weightPercent, type WeightSettings } from './load-weight.ts';
import type { SmallHttpServer } from '../small-http-server.ts';
import { openReadyEndpoint } from './ready-endpoint.ts';

export interface RotationSettings {
  /** HAProxy's agent-check; `null`: not opened. */
  readonly agentCheck: ListenAddress | null;
  /** `GET /ready`; `null`: not opened. */
  readonly http: ListenAddress | null;
  /** The share of its weight that the agent-check tells; `null`: none. */
  readonly weight: WeightSettings | null;
  /** The HAProxy that is told over its runtime socket; `null`: none. */
  readonly haproxy: HaproxyRuntimeSettings | null;
}

export class Rotation {
  #state: RotationState = { word: 'drain', reason: 'the agent is starting' };
  #agentCheck: AgentCheck | null = null;
  #readyEndpoint: SmallHttpServer | null = null;
  #haproxy: HaproxyRuntime | null = null;
  #weightPercent: number | null = null;
  #onTold: RotationTold = () => undefined;
  readonly #weight: WeightSettings | null;

  private constructor(weight: WeightSettings | null) {
    this.#weight = weight;
  }

  /**
   * Out of rotation until it is told otherwise.
   * @throws Error for the one who started the agent: an address cannot be listened on; its message names the setting.
   */
  static async open({ agentCheck, http, weight, haproxy }: RotationSettings, logger: Logger): Promise<Rotation> {
    const rotation = new Rotation(weight);
    try {
      if (agentCheck !== null)
        rotation.#agentCheck = await AgentCheck.open(agentCheck, () => ({
          word: rotation.#state.word,
          weightPercent: rotation.#weightPercent,
        }));
      if (http !== null) rotation.#readyEndpoint = await openReadyEndpoint(http, () => rotation.#state);
    } catch (error) {
      await rotation.close();
      throw error;
    }
    if (haproxy !== null)
      rotation.#haproxy = new HaproxyRuntime(haproxy, logger, (word, problem) => rotation.#onTold(word, problem));
    return rotation;
  }

  /** The ports that are listened on; `null`: not opened. */
  get ports(): { readonly agentCheck: number | null; readonly http: number | null } {
    return { agentCheck: this.#agentCheck?.port ?? null, http: this.#readyEndpoint?.port ?? null };
  }

  /** Says what became of telling a balancer; called only where there is one that is told. */
  onTold(listener: RotationTold): void {
    this.#onTold = listener;
  }

  /** Holds from the next question on; a balancer that is told is told at once. */
  set(word: RotationState['word'], reason: string): void {
    this.#state = { word, reason };
    this.#haproxy?.set(word);
  }

  /** @param sessions `null`: they could not be counted. */
  setSessions(sessions: number | null): void {
    if (this.#weight !== null) this.#weightPercent = weightPercent(sessions, this.#weight);
  }

  async close(): Promise<void> {
    await Promise.all([this.#agentCheck?.close(), this.#readyEndpoint?.close(), this.#haproxy?.close()]);
  }
}
