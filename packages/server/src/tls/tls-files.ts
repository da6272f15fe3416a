/** The files of the server's certificate: read and checked together, and read again when they change. */
import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { Logger } from 'pino';

/** Paths of PEM files. */
export interface TlsPaths {
  /** The server's certificate, and those between it and its authority. */
  readonly cert: string;
  readonly key: string;
  /** Authorities whose certificates agents may come with; `null`: none are asked for. */
  readonly clientCa: string | null;
}

/** What a secure context is made of. */
export interface TlsMaterial {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly ca: Buffer | null;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** Milliseconds between two looks at the files: content is compared, so a link that was pointed elsewhere is seen as well. */
const LOOK_EVERY_MS = 5000;
/** Milliseconds before the end of a certificate from which on it is said, and between two times. */
const EXPIRY_WARNING_MS = 14 * 86_400_000;
const EXPIRY_SAID_EVERY_MS = 86_400_000;

/** @throws Error for the one who starts the server: which file, what is wrong with it, what to do. */
export function readTlsFiles({ cert, key, clientCa }: TlsPaths): TlsMaterial {
  const material = { cert: readPem(cert, 'tls.cert'), key: readPem(key, 'tls.key') };
  const certificate = parsed(
    () => new X509Certificate(material.cert),
    `tls.cert: ${cert} is no certificate in PEM form.`,
  );
  const privateKey = parsed(
    () => createPrivateKey(material.key),
    `tls.key: ${key} is no private key in PEM form, or it is encrypted; give one without a passphrase, readable by the server only.`,
  );
  if (!certificate.checkPrivateKey(privateKey))
    throw new Error(`tls.key: ${key} is not the key of the certificate in ${cert}. Give the two that belong together.`);
  const ca = clientCa === null ? null : readPem(clientCa, 'tls.clientCa');
  if (ca !== null)
    parsed(() => new X509Certificate(ca), `tls.clientCa: ${String(clientCa)} is no certificate in PEM form.`);
  // What stands behind the first certificate in a file is read by the TLS stack only.
  parsed(
    () => createSecureContext({ ...material, ...(ca === null ? {} : { ca }) }),
    `tls.cert: ${cert} has a certificate after the first one that cannot be read, or its key is too weak for TLS. Give the whole chain in PEM form.`,
  );
  return { ...material, ca, expiresAt: Date.parse(certificate.validTo) };
}

/**
 * Reads the files again when they have changed. What does not fit together is not taken: the old certificate stays.
 * @returns What ends it.
 */
export function watchTlsFiles(
  paths: TlsPaths,
  first: TlsMaterial,
  use: (material: TlsMaterial) => void,
  logger: Logger,
): () => void {
  let current = first;
  let seen = fingerprint(paths);
  let saidAt = 0;
  const sayExpiry = () => {
    const now = Date.now();
    if (current.expiresAt - now > EXPIRY_WARNING_MS || now - saidAt < EXPIRY_SAID_EVERY_MS) return;
    saidAt = now;
    logger.warn(
      { event: 'certificate-expires', expiresAt: new Date(current.expiresAt).toISOString() },
      current.expiresAt > now
        ? 'the certificate of this server runs out soon; put a new one in its place, it is taken without a restart'
        : 'the certificate of this server HAS RUN OUT, so that nobody trusts it; put a new one in its place, it is taken without a restart',
    );
  };
  const look = () => {
    sayExpiry();
    const now = fingerprint(paths);
    if (now === seen) return;
    seen = now;
    try {
      const next = readTlsFiles(paths);
      use(next);
      current = next;
      saidAt = 0;
      logger.info(
        { event: 'certificate-reloaded', expiresAt: new Date(current.expiresAt).toISOString() },
        'the new certificate is in use',
      );
    } catch (error) {
      // Two files are not replaced at once: the next look may find them whole.
      logger.error(
        { event: 'certificate-unusable', err: error },
        'the changed certificate cannot be used; the old one stays',
      );
    }
  };
  sayExpiry();
  const timer = setInterval(look, LOOK_EVERY_MS).unref();
  process.on('SIGHUP', look);
  return () => {
    clearInterval(timer);
    process.off('SIGHUP', look);
  };
}

/** Of what is in the files; one that cannot be read counts as empty. */
function fingerprint({ cert, key, clientCa }: TlsPaths): string {
  const hash = createHash('sha256');
  for (const file of [cert, key, clientCa]) {
    if (file === null) continue;
    try {
      hash.update(readFileSync(file));
    } catch {
      // It may be just being replaced; what is wrong with it is said when it is read.
      hash.update('unreadable');
    }
    hash.update('\0');
  }
  return hash.digest('hex');
}

function readPem(file: string, setting: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new Error(`${setting}: ${file} cannot be read (${error instanceof Error ? error.message : String(error)}).`, {
      cause: error,
    });
  }
}

function parsed<T>(read: () => T, otherwise: string): T {
  try {
    return read();
  } catch (error) {
    throw new Error(otherwise, { cause: error });
  }
}
