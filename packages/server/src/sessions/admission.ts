/** Whether an agent may speak for the node that it names, asked before anything is done for its sake. */
import type { Hello, Problem } from '@sluice/contract';
import { type Credentials, decideEnrolment, NO_ACCESS } from '@sluice/core';
import { SharedLook } from '../authentication/shared-look.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { endOfLostSession, isElsewhere, type Servers } from '../fleet/servers.ts';
import { joinGrantOf } from '../fleet/token.ts';
import { StoreUnavailableError } from '../store/store.ts';
import type { Peer } from './peer.ts';

export interface AdmissionOptions {
  readonly fleet: Fleet;
  readonly servers: Servers;
  /**
   * Brings memory up to date with what other servers of the store have committed; rejects with a `StoreUnavailableError` when it
   * cannot be asked. Absent: this server is the only one, and knows all.
   */
  readonly catchUp?: (() => Promise<void>) | undefined;
}

export class Admission {
  readonly #options: AdmissionOptions;
  readonly #look: SharedLook | null;

  constructor(options: AdmissionOptions) {
    this.#options = options;
    this.#look = options.catchUp === undefined ? null : new SharedLook(options.catchUp);
  }

  /**
   * Nobody may push a node's own agent aside, so this comes first; it is decided once more where it is recorded. An agent that is turned
   * away stays away for long, so it never is for what another server has recorded otherwise a moment ago.
   * @returns Why it may not, `node-id-in-use` when an agent at another server has this node id; `null`: it may.
   */
  async whyNotIn(hello: Hello, credentials: Credentials, peer: Peer): Promise<Problem | 'node-id-in-use' | null> {
    const asKnown = () => this.#problemOf(hello, credentials, peer) ?? this.#inUse(hello);
    const known = asKnown();
    if (known === null || this.#look === null) return known;
    try {
      await this.#look.take();
    } catch (error) {
      if (error instanceof StoreUnavailableError) return { code: 'store-unavailable', detail: error.message };
      throw error;
    }
    return asKnown();
  }

  #problemOf({ node }: Hello, credentials: Credentials, { identity }: Peer): Problem | null {
    const { fleet } = this.#options;
    const joinTokenId = identity.kind === 'asked' ? identity.joinTokenId : null;
    const decision = decideEnrolment({
      nodeId: node.id,
      nodeType: node.type,
      access: fleet.node(node.id)?.state.agentAccess ?? NO_ACCESS,
      credentials,
      joinGrant: joinTokenId === null ? null : joinGrantOf(fleet.tokens.get(joinTokenId), fleet.now()),
    });
    return decision.ok ? null : decision.problem;
  }

  /** Whether an agent at another server answers is that server's to find out: it ends the session if not. */
  #inUse({ node, instanceId }: Hello): 'node-id-in-use' | null {
    const { fleet, servers } = this.#options;
    const known = fleet.node(node.id)?.state;
    if (known === undefined || known.instanceId === instanceId) return null;
    return isElsewhere(known, servers) && endOfLostSession(known, servers) === null ? 'node-id-in-use' : null;
  }
}
