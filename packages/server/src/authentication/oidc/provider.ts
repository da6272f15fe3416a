/** The provider as this server knows it: found when it is first needed, tried again while it is away, looked at anew now and then. */
import {
  allowInsecureRequests,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  type Configuration,
  type CustomFetch,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  None,
} from 'openid-client';
import { reasonOf } from './provider-fault.ts';

/** Seconds that the provider may take for one answer. */
const ANSWER_WITHIN_S = 10;
/** Bytes of an answer of the provider: hundreds of groups and dozens of keys fit. */
const ANSWER_BYTES_MAX = 1_048_576;
/** Milliseconds after which its addresses are asked for again; its keys are asked for when one is not known. */
const FOUND_FOR_MS = 3_600_000;
/** Milliseconds in which a provider that is away is not asked again: whoever waits gets the answer of just now. */
const AWAY_FOR_MS = 1000;

export interface ProviderSettings {
  readonly issuer: URL;
  readonly clientId: string;
  /** `null`: a public client, with PKCE alone. */
  readonly clientSecret: string | null;
}

/** The provider, or why it cannot be used now, as a sentence. */
export type FoundProvider =
  | { readonly ok: true; readonly configuration: Configuration }
  | { readonly ok: false; readonly detail: string };

export class Provider {
  readonly #settings: ProviderSettings;
  readonly #now: () => number;
  #found: { readonly configuration: Configuration; readonly at: number } | null = null;
  #away: { readonly detail: string; readonly at: number } | null = null;
  #search: Promise<FoundProvider> | null = null;

  constructor(settings: ProviderSettings, now: () => number) {
    this.#settings = settings;
    this.#now = now;
  }

  /** Where it was found last; `null`: not yet. Asks nobody. */
  get known(): Configuration | null {
    return this.#found?.configuration ?? null;
  }

  async find(): Promise<FoundProvider> {
    const found = this.#found;
    const away = this.#away;
    if (found !== null && this.#now() - found.at < FOUND_FOR_MS) return { ok: true, ...found };
    if (away !== null && Math.abs(this.#now() - away.at) < AWAY_FOR_MS) return this.#lastKnown(away.detail);
    this.#search ??= this.#discover().finally(() => {
      this.#search = null;
    });
    return this.#search;
  }

  async #discover(): Promise<FoundProvider> {
    const { issuer, clientId, clientSecret } = this.#settings;
    try {
      const configuration = await discovery(issuer, clientId, undefined, authenticate(clientSecret), {
        [customFetch]: fetchWithinLimits,
        timeout: ANSWER_WITHIN_S,
        // The signature of every ID token is checked, also of one that came straight from the provider.
        execute: [enableNonRepudiationChecks, ...(issuer.protocol === 'http:' ? [allowInsecureRequests] : [])],
      });
      this.#found = { configuration, at: this.#now() };
      this.#away = null;
      return { ok: true, configuration };
    } catch (error) {
      const detail = `The provider at ${issuer.href} cannot be used: ${reasonOf(error)}.`;
      this.#away = { detail, at: this.#now() };
      return this.#lastKnown(detail);
    }
  }

  /** Its addresses hardly ever change: those of an hour ago are better than none. */
  #lastKnown(detail: string): FoundProvider {
    return this.#found === null ? { ok: false, detail } : { ok: true, configuration: this.#found.configuration };
  }
}

/** As the provider says that it wants it: in a header (OpenID Connect's default) or in the body; without a secret by PKCE alone. */
function authenticate(clientSecret: string | null): ClientAuth {
  if (clientSecret === null) return None();
  const [basic, post] = [ClientSecretBasic(clientSecret), ClientSecretPost(clientSecret)];
  return (server, client, body, headers) => {
    const methods = server.token_endpoint_auth_methods_supported;
    const isPost =
      methods !== undefined && !methods.includes('client_secret_basic') && methods.includes('client_secret_post');
    (isPost ? post : basic)(server, client, body, headers);
  };
}

const fetchWithinLimits: CustomFetch = async (url, { body, headers, method, redirect, signal }) => {
  const response = await fetch(url, {
    headers,
    method,
    redirect,
    ...(body === undefined ? {} : { body }),
    ...(signal === undefined ? {} : { signal }),
  });
  let bytes = 0;
  const counted = response.body?.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        bytes += chunk.byteLength;
        if (bytes > ANSWER_BYTES_MAX) controller.error(new Error(`its answer has more than ${ANSWER_BYTES_MAX} bytes`));
        else controller.enqueue(chunk);
      },
    }),
  );
  return new Response(counted ?? null, response);
};
