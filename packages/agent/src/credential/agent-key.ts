/** Ed25519 keys of agents: made, and used to prove who the agent is. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { type AgentProof, type ProofPurpose, textToSign } from '@sluice/contract';

/** A new private key: PKCS #8 in PEM. */
export function newAgentKey(): string {
  // Asked for as text: in Node.js 20 the export of a key that was just made can wait for itself for ever.
  const { privateKey } = generateKeyPairSync('ed25519', {
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  return privateKey;
}

/** The public half as the server knows it: base64url. */
export function publicKeyOf(privateKey: string): string {
  return createPublicKey(privateKey).export({ format: 'jwk' }).x ?? '';
}

/** Signs a session's challenge. */
export function proveKey(privateKey: string, purpose: ProofPurpose, nonce: string, nodeId: string): AgentProof {
  const publicKey = publicKeyOf(privateKey);
  const text = Buffer.from(textToSign(purpose, nonce, nodeId, publicKey));
  return { publicKey, signature: sign(null, text, createPrivateKey(privateKey)).toString('base64url') };
}
