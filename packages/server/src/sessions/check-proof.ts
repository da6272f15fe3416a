/** Whether an agent's signature is that of the key that it names. */
import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { promisify } from 'node:util';
import { type AgentProof, type Hello, type ProofPurpose, textToSign } from '@sluice/contract';
import type { Credentials } from '@sluice/core';
import { hasSmallOrder } from './small-order-points.ts';
import type { Peer } from './peer.ts';

/** On another thread: it is a fifth of what an agent costs that connects, and thousands connect at once. */
const verifyBeside = promisify(verify);

/** @param nonce The challenge of this very session. */
export async function isProved(
  { publicKey, signature }: AgentProof,
  purpose: ProofPurpose,
  nonce: string,
  nodeId: string,
): Promise<boolean> {
  const key = readKey(publicKey);
  if (key === null) return false;
  const text = Buffer.from(textToSign(purpose, nonce, nodeId, publicKey));
  return verifyBeside(null, text, key, Buffer.from(signature, 'base64url'));
}

/** What the agent proved by its connection and its hello; `none` when that is nothing. */
export async function credentialsOf({ identity }: Peer, { node, proof }: Hello, nonce: string): Promise<Credentials> {
  if (identity.kind === 'unasked') return { kind: 'unasked' };
  if (identity.certificate !== null) return { kind: 'certificate', ...identity.certificate };
  if (proof === null || !(await isProved(proof, 'hello', nonce, node.id))) return { kind: 'none' };
  return { kind: 'key', publicKey: proof.publicKey, joinTokenId: identity.joinTokenId };
}

/**
 * @returns `null`: the bytes are no point of the curve, or one for which anybody can sign; or they are spelled in another way than
 * the one: a key that was revoked must not come again under a second name.
 */
function readKey(publicKey: string): KeyObject | null {
  const bytes = Buffer.from(publicKey, 'base64url');
  if (bytes.toString('base64url') !== publicKey || hasSmallOrder(bytes)) return null;
  try {
    return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' });
  } catch {
    return null;
  }
}
