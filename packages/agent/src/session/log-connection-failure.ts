/** Why a connection could not be made, where a person must act: said once a try, with what to do. */
import type { Logger } from 'pino';

/** Of the certificate that the server showed. */
const NOT_TRUSTED = /CERT|SIGNATURE|ISSUER|ALTNAME/u;
/** Of the files of the agent's own certificate; the server was not asked. */
const OWN_FILES = /^ERR_OSSL_|^ERR_CRYPTO_/u;
/** Of TLS itself: no certificate was looked at. */
const NO_TLS = /^EPROTO$|^ERR_SSL_/u;

/** A server that is away heals by itself, and is no matter for the log of a person. */
export function logConnectionFailure(error: Error, server: string, logger: Logger): void {
  const code = 'code' in error ? String(error.code) : '';
  const told = { server, code, problem: error.message };
  // Before the server's: what OpenSSL says of files names certificates as well.
  if (OWN_FILES.test(code))
    logger.error(
      { event: 'certificate-unusable', ...told },
      'the files of this agent’s certificate cannot be used; tls.cert and tls.key in agent.yaml must be PEM files that belong together',
    );
  else if (NO_TLS.test(code))
    logger.error(
      { event: 'server-speaks-no-tls', ...told },
      'no TLS session could be agreed on with the server; look whether it is to be spoken to by https://, and whether it takes this agent’s certificate',
    );
  else if (NOT_TRUSTED.test(code))
    logger.error(
      { event: 'server-not-trusted', ...told },
      'the certificate of the server is not trusted; give its authority with serverCa in agent.yaml or --server-ca, or correct the address',
    );
  else logger.debug({ event: 'session-error', err: error }, 'the session failed');
}
