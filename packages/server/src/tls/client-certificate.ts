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
  const alternatives = alternativeNames(subjectaltname);
  return {
    fingerprint: fingerprint256.replaceAll(':', '').toLowerCase(),
    names: [...new Set([...commonNames, ...alternatives])],
    issuedAt: Date.parse(validFrom),
  };
}

/** One name of a list such as `DNS:a, URI:"with, comma"`: a value with a comma or a quote in it is written as a JSON string. */
const NAME = /(?:^|, )(?<kind>[^:,"]+):(?<value>"(?:[^"\\]|\\.)*"|[^,"]*)(?=, |$)/gu;

/**
 * The DNS and URI names as Node.js lists them. A name that holds what looks like another one is one name, and not two.
 * @returns None when the list is not wholly understood.
 */
export function alternativeNames(list: string): readonly string[] {
  const found = [...list.matchAll(NAME)];
  if (found.map(([whole]) => whole).join('') !== list) return [];
  return found.flatMap(({ groups }) => {
    const { kind, value = '' } = groups ?? {};
    if (kind !== 'DNS' && kind !== 'URI') return [];
    const name: unknown = value.startsWith('"') ? JSON.parse(value) : value;
    return typeof name === 'string' ? [name] : [];
  });
}
