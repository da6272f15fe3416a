/** Test support: an agent's key, and what is proved with it. */
import { createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { type AgentProof, type ProofPurpose, textToSign } from '@sluice/contract';

/** A new key; it proves what it is asked to. */
export function agentKeyUnderTest(): (purpose: ProofPurpose, nonce: string, nodeId: string) => AgentProof {
  const { privateKey } = generateKeyPairSync('ed25519');
  const publicKey = createPublicKey(privateKey).export({ format: 'jwk' }).x ?? '';
  return (purpose, nonce, nodeId) => {
    const text = Buffer.from(textToSign(purpose, nonce, nodeId, publicKey));
    return { publicKey, signature: sign(null, text, privateKey).toString('base64url') };
  };
}
