/** How an agent proves who it is: an Ed25519 key that never leaves its node, and what is signed with it. */
import Type from 'typebox';

/** An Ed25519 public key: 32 bytes, base64url without padding. */
export const PublicKey = Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' });
/** 64 bytes, base64url without padding. */
const Signature = Type.String({ pattern: '^[A-Za-z0-9_-]{86}$' });

/** A key, and a signature that only its owner can make. */
export const AgentProof = Type.Object({ publicKey: PublicKey, signature: Signature });
export type AgentProof = Type.Static<typeof AgentProof>;

/** What a signature is for: one that was made for something else proves nothing. */
export type ProofPurpose = 'hello' | 'key-offer';

/**
 * What an agent signs.
 * @param nonce The session's challenge, so that no signature can be used twice.
 */
export function textToSign(purpose: ProofPurpose, nonce: string, nodeId: string, publicKey: string): string {
  return JSON.stringify(['sluice.agent.v1', purpose, nonce, nodeId, publicKey]);
}
