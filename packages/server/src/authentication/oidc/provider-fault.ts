/** What went wrong between this server and the provider, in words that may be shown and logged: no token, code or secret is in them. */
import {
  AuthorizationResponseError,
  ClientError,
  ResponseBodyError,
  WWWAuthenticateChallengeError,
} from 'openid-client';

/** Characters of a text that the provider wrote. */
const FOREIGN_TEXT_LENGTH_MAX = 200;
/** Errors of a chain that are told. */
const CHAIN_LENGTH_MAX = 4;

/** The error and what caused it, without a full stop. */
export function reasonOf(error: unknown): string {
  const parts: string[] = [];
  for (let one = error; one instanceof Error && parts.length < CHAIN_LENGTH_MAX; one = one.cause) {
    const part = partOf(one);
    if (part !== '' && !parts.includes(part)) parts.push(part);
  }
  return parts.length === 0 ? 'no reason is known' : parts.join(': ');
}

/** Whether the provider did not answer, or not as a provider does; the same login may succeed later. */
export function isProviderAway(error: unknown): boolean {
  if (error instanceof ClientError) return error.code === 'OAUTH_TIMEOUT' || error.cause instanceof TypeError;
  // What fetch rejects with when there is no connection.
  return error instanceof TypeError && error.cause instanceof Error;
}

function partOf(error: Error): string {
  if (error instanceof AuthorizationResponseError || error instanceof ResponseBodyError) {
    const description = error.error_description;
    return foreignText(description === undefined ? error.error : `${error.error} (${description})`);
  }
  if (error instanceof WWWAuthenticateChallengeError) return 'it did not accept the access token that it gave';
  // The system's own errors, such as ECONNREFUSED, say it in their code.
  const code: unknown = Reflect.get(error, 'code');
  if (error.message === '') return typeof code === 'string' ? code : '';
  const claim = claimOf(error.cause);
  return foreignText(claim === null ? error.message : `${error.message} (${claim})`);
}

/** The name of the claim that was not as it must be. */
function claimOf(cause: unknown): string | null {
  const about: unknown = cause instanceof Error ? cause.cause : cause;
  const claim: unknown = typeof about === 'object' && about !== null ? Reflect.get(about, 'claim') : null;
  return typeof claim === 'string' ? claim : null;
}

function foreignText(text: string): string {
  return text.replaceAll(/\p{C}/gu, ' ').slice(0, FOREIGN_TEXT_LENGTH_MAX);
}
