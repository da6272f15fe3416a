/** Certificates for tests, made by a real authority of the test's own. */
import { generate } from 'selfsigned';

/** PEM texts. */
export interface Issued {
  readonly cert: string;
  readonly key: string;
}

const EXTENSIONS_OF_AUTHORITY = [
  { name: 'basicConstraints', cA: true, critical: true },
  { name: 'keyUsage', keyCertSign: true, digitalSignature: true, critical: true },
] as const;

export async function newAuthority(name: string): Promise<Issued> {
  const { cert, private: key } = await generate([{ name: 'commonName', value: name }], {
    algorithm: 'sha256',
    keyType: 'ec',
    extensions: [...EXTENSIONS_OF_AUTHORITY],
  });
  return { cert, key };
}

interface AlternativeName {
  /** As X.509 counts them: 2 DNS, 6 URI, 7 an address. */
  readonly type: 2 | 6;
  readonly value: string;
}

/** For a server at 127.0.0.1, or for an agent whose node has this name. */
export async function issue(
  authority: Issued,
  name: string,
  days = 30,
  alternatives?: readonly AlternativeName[],
): Promise<Issued> {
  const { cert, private: key } = await generate([{ name: 'commonName', value: name }], {
    algorithm: 'sha256',
    keyType: 'ec',
    ca: authority,
    notAfterDate: new Date(Date.now() + days * 86_400_000),
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
      {
        name: 'subjectAltName',
        altNames:
          alternatives === undefined
            ? [
                { type: 2, value: name },
                { type: 2, value: 'localhost' },
                { type: 7, ip: '127.0.0.1' },
              ]
            : [...alternatives],
      },
    ],
  });
  return { cert, key };
}
