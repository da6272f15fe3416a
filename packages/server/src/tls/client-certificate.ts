/** The certificate that an agent comes with, where the TLS stack has checked it. */
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/** Node ids that it may speak for, from its subject and its alternative names; and since when it is good. */
export interface ClientCertificate {
  /** SHA-256, hexadecimal. */
  readonly fingerprint: string;
  readonly names: readonly string[];
  /** Epoch milliseconds. */
  readonly issuedAt: number;
}

/** @returns `null`: there is none, or it is not one of an authority that is trusted, or has run out. */
export function clientCertificateOf(socket: Socket): ClientCertificate | null {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return null;
  const { subject, subjectaltname = '', fingerprint256, valid_from: validFrom } = socket.getPeerCertificate();
  if (fingerprint256 === undefined) return null;
  const commonNames = [subject.CN].flat().filter((name) => typeof name === 'string');
  const alternatives = subjectaltname
    .split(', ')
    .flatMap((name) => /^(?:DNS|URI):(?<value>.+)$/u.exec(name)?.groups?.['value'] ?? [])
    .flatMap(unquoted);
  return {
    fingerprint: fingerprint256.replaceAll(':', '').toLowerCase(),
    names: [...new Set([...commonNames, ...alternatives])],
    issuedAt: Date.parse(validFrom),
  };
}

/** Node.js writes a name with a comma, a quote or the like as a JSON string, in which no comma is left: one name stays one. */
function unquoted(name: string): readonly string[] {
  if (!name.startsWith('"')) return [name];
  const value: unknown = JSON.parse(name);
  return typeof value === 'string' ? [value] : [];
}
