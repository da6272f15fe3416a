/** What load balancers are told of the node, on the endpoints that the configuration opens for them. */
import type { RotationState } from '@sluice/core';
import { AgentCheck } from './agent-check.ts';
import type { ListenAddress } from './listen.ts';
import { ReadyEndpoint } from './ready-endpoint.ts';

export interface RotationAddresses {
  /** HAProxy's agent-check; `null`: not opened. */
  readonly agentCheck: ListenAddress | null;
  /** `GET /ready`; `null`: not opened. */
  readonly http: ListenAddress | null;
}

export class Rotation {
  #state: RotationState = { word: 'drain', reason: 'the agent is starting' };
  #agentCheck: AgentCheck | null = null;
  #readyEndpoint: ReadyEndpoint | null = null;

  private constructor() {
    // Made by `open`, since opening takes time.
  }

  /**
   * Out of rotation until it is told otherwise.
   * @throws Error for the one who started the agent: an address cannot be listened on; its message names the setting.
   */
  static async open({ agentCheck, http }: RotationAddresses): Promise<Rotation> {
    const rotation = new Rotation();
    try {
      if (agentCheck !== null) rotation.#agentCheck = await AgentCheck.open(agentCheck, () => rotation.#state.word);
      if (http !== null) rotation.#readyEndpoint = await ReadyEndpoint.open(http, () => rotation.#state);
    } catch (error) {
      await rotation.close();
      throw error;
    }
    return rotation;
  }

  /** The ports that are listened on; `null`: not opened. */
  get ports(): { readonly agentCheck: number | null; readonly http: number | null } {
    return { agentCheck: this.#agentCheck?.port ?? null, http: this.#readyEndpoint?.port ?? null };
  }

  /** Holds from the next question on. */
  set(word: RotationState['word'], reason: string): void {
    this.#state = { word, reason };
  }

  async close(): Promise<void> {
    await Promise.all([this.#agentCheck?.close(), this.#readyEndpoint?.close()]);
  }
}
