/** Test support: an agent's key, and what is proved with it. */
import { createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { type AgentProof, type ProofPurpose, textToSign } from '@sluice/contract';

/**
 * A new key; it proves what it is asked to.
 * @param spell How it names itself, from the one right name.
 */
export function agentKeyUnderTest(
  { privateKey }: Pick<ReturnType<typeof newKey>, 'privateKey'> = newKey(),
  spell: (publicKey: string) => string = (publicKey) => publicKey,
): (purpose: ProofPurpose, nonce: string, nodeId: string) => AgentProof {
  const publicKey = spell(createPublicKey(privateKey).export({ format: 'jwk' }).x ?? '');
  return (purpose, nonce, nodeId) => {
    const text = Buffer.from(textToSign(purpose, nonce, nodeId, publicKey));
    return { publicKey, signature: sign(null, text, privateKey).toString('base64url') };
  };
}

export function newKey() {
  return generateKeyPairSync('ed25519');
}
