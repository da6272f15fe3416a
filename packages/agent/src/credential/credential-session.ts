/** The agent's key in its sessions: when a new one is offered, and when it takes the place of the old. */
import type { CredentialMessage, KeyOffer } from '@sluice/contract';
import type { Logger } from 'pino';
import type { AgentCredential } from './agent-credential.ts';

export interface CredentialSessionOptions {
  readonly credential: AgentCredential;
  readonly nodeId: string;
  /** The challenge of the session that is open; `null`: there is none. */
  readonly nonce: () => string | null;
  readonly send: (offer: KeyOffer) => void;
  readonly logger: Logger;
}

export class CredentialSession {
  readonly #options: CredentialSessionOptions;

  constructor(options: CredentialSessionOptions) {
    this.#options = options;
  }

  /** The server let the agent in. */
  welcomed(): void {
    this.#do(this.#options.credential.letIn().then(() => this.#offer('connected')));
  }

  received(message: CredentialMessage): void {
    this.#do(
      message.kind === 'key.rotate' ? this.#offer('asked') : this.#options.credential.accepted(message.publicKey),
    );
  }

  async #offer(why: 'asked' | 'connected'): Promise<void> {
    const { credential, nodeId, nonce, send } = this.#options;
    const challenge = nonce();
    if (challenge === null) return;
    const proof = await credential.offer(why, challenge, nodeId);
    // An offer is signed for its session; the next one makes its own.
    if (proof !== null && nonce() === challenge) send({ kind: 'key.offer', proof });
  }

  /** The agent goes on with the key that it has; the server asks again. */
  #do(work: Promise<void>): void {
    work.catch((error: unknown) =>
      this.#options.logger.error({ event: 'credential-unwritten', err: error }, 'the agent’s key could not be kept'),
    );
  }
}
