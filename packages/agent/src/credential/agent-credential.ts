/** Who this agent is: its Ed25519 key, made at the first start and kept in the state directory, and the one that follows it. */
import { createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { AgentProof } from '@sluice/contract';
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { newAgentKey, proveKey, publicKeyOf } from './agent-key.ts';
import { writeFileDurably } from '../write-file-durably.ts';

const CREDENTIAL_FILE = 'agent-credential.json';

/** Private keys are PKCS #8 in PEM. */
const CredentialFile = Type.Object({
  current: Type.String(),
  /** The one before: a server that was restored from an older copy knows only that. */
  previous: Type.Union([Type.String(), Type.Null()]),
  /** Offered to the server, and not known to be taken yet. */
  next: Type.Union([Type.String(), Type.Null()]),
  /** Whether a server has ever let this agent in by its key: it needs no join token then. */
  isEnrolled: Type.Boolean(),
});
type CredentialFile = Type.Static<typeof CredentialFile>;
const credentialFile = Compile(CredentialFile);

export class AgentCredential {
  readonly #write: (text: string) => Promise<void>;
  #kept: CredentialFile;
  /** The next session is tried with the key of before. */
  #usesPrevious = false;
  /** The next session is tried with the join token again: the server does not know the key any more. */
  #needsToJoin = false;

  private constructor(write: (text: string) => Promise<void>, kept: CredentialFile) {
    this.#write = write;
    this.#kept = kept;
  }

  /** A new one that ends with this process. */
  static unkept(): AgentCredential {
    return new AgentCredential(() => Promise.resolve(), newCredential());
  }

  /** @throws Error for the one who started the agent: the file cannot be read or is not the agent's. */
  static async open(stateDirectory: string): Promise<AgentCredential> {
    const file = path.join(stateDirectory, CREDENTIAL_FILE);
    const kept = await readCredential(file);
    const write = (text: string) => writeFileDurably(file, text);
    if (kept !== null) return new AgentCredential(write, kept);
    const credential = new AgentCredential(write, newCredential());
    await credential.#keep({});
    return credential;
  }

  /** Whether a server has ever let in the agent whose state directory this is. Makes nothing there. */
  static async isEnrolledIn(stateDirectory: string): Promise<boolean> {
    return (await readCredential(path.join(stateDirectory, CREDENTIAL_FILE)))?.isEnrolled === true;
  }

  /** Whether the connection is to come with the join token. */
  get needsJoinToken(): boolean {
    return this.#needsToJoin || !this.#kept.isEnrolled;
  }

  /** Who the agent is, proved for this session. */
  prove(nonce: string, nodeId: string): AgentProof {
    const { current, previous } = this.#kept;
    return proveKey(this.#usesPrevious ? (previous ?? current) : current, 'hello', nonce, nodeId);
  }

  /** The server let the agent in. */
  async letIn(): Promise<void> {
    this.#needsToJoin = false;
    if (!this.#kept.isEnrolled) await this.#keep({ isEnrolled: true });
  }

  /**
   * The server did not let the agent in: the next session is tried otherwise.
   * @returns Whether there is another way to try.
   */
  refused(hasJoinToken: boolean): boolean {
    const { previous, isEnrolled } = this.#kept;
    if (!this.#usesPrevious && previous !== null) {
      this.#usesPrevious = true;
      return true;
    }
    this.#usesPrevious = false;
    const isNew = isEnrolled && hasJoinToken && !this.#needsToJoin;
    this.#needsToJoin ||= isNew;
    return isNew;
  }

  /**
   * The key that is to follow, on the disk before anybody hears of it.
   * @returns `null`: nothing is to be offered now.
   */
  async offer(why: 'asked' | 'connected', nonce: string, nodeId: string): Promise<AgentProof | null> {
    // The server knows the key of before and not the one after it.
    if (this.#usesPrevious) return proveKey(this.#kept.current, 'key-offer', nonce, nodeId);
    if (this.#kept.next === null) {
      if (why === 'connected') return null;
      await this.#keep({ next: newAgentKey() });
    }
    const { next } = this.#kept;
    return next === null ? null : proveKey(next, 'key-offer', nonce, nodeId);
  }

  /** The server has recorded the offered key. */
  async accepted(publicKey: string): Promise<void> {
    const { current, next } = this.#kept;
    if (publicKey === publicKeyOf(current)) this.#usesPrevious = false;
    if (next === null || publicKeyOf(next) !== publicKey) return;
    await this.#keep({ current: next, previous: current, next: null });
  }

  async #keep(changed: Partial<CredentialFile>): Promise<void> {
    const kept = { ...this.#kept, ...changed };
    await this.#write(`${JSON.stringify(kept)}\n`);
    this.#kept = kept;
  }
}

function newCredential(): CredentialFile {
  return { current: newAgentKey(), previous: null, next: null, isEnrolled: false };
}

/** @returns `null`: there is none yet. */
async function readCredential(file: string): Promise<CredentialFile | null> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw new Error(`The agent's key in ${file} cannot be read.`, { cause: error });
  }
  const kept = parsed(text);
  if (kept !== null) return kept;
  throw new Error(
    `The agent's key in ${file} is damaged. Restore the file from a backup; or revoke the node's credentials (sluice nodes revoke), remove the file and start the agent with a join token.`,
  );
}

function parsed(text: string): CredentialFile | null {
  try {
    const value: unknown = JSON.parse(text);
    if (!credentialFile.Check(value)) return null;
    for (const pem of [value.current, value.previous, value.next]) if (pem !== null) createPrivateKey(pem);
    return value;
  } catch {
    // What cannot be read as a key is as good as damaged; the caller says so.
    return null;
  }
}
