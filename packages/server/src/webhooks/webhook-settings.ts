/** How webhooks are delivered: section `webhooks` of the server's configuration. */
import Type from 'typebox';
import { Duration, durationMs } from '../duration.ts';
import { type AllowedAddresses, parseNetwork } from '../outgoing/allowed-address.ts';
import { RETRY_DELAYS_MS_DEFAULT } from './retry-schedule.ts';

/** Delays of a schedule: more would not be looked through by anybody. */
const DELAYS_MAX = 50;
/** Milliseconds that one attempt takes at most when nobody says otherwise: Standard Webhooks recommends 15 to 30 s. */
const TIMEOUT_DEFAULT = '15s';
/** CloudEvents are told apart by source and id: with several servers give each a source of its own. */
const SOURCE_DEFAULT = '/sluice';

/** As the file has it. */
export const WebhooksSection = Type.Object(
  {
    /** `true`: any address; or networks such as `10.0.0.0/8`. */
    allowPrivateAddresses: Type.Optional(Type.Union([Type.Boolean(), Type.Array(Type.String())])),
    /** The delays before the second attempt, the third, … */
    retryAfter: Type.Optional(Type.Array(Duration, { minItems: 1, maxItems: DELAYS_MAX })),
    /** Of one attempt, everything together. */
    timeout: Type.Optional(Duration),
    /** `source` of the CloudEvents. */
    source: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
  },
  { additionalProperties: false },
);
export type WebhooksSection = Type.Static<typeof WebhooksSection>;

export interface WebhookSettings {
  readonly allowed: AllowedAddresses;
  readonly retryDelaysMs: readonly number[];
  readonly timeoutMs: number;
  readonly source: string;
}

export type ParsedWebhooks =
  | { readonly ok: true; readonly value: WebhookSettings }
  | { readonly ok: false; readonly message: string };

export function parseWebhooks(section: WebhooksSection = {}): ParsedWebhooks {
  const {
    allowPrivateAddresses: given = false,
    retryAfter,
    timeout = TIMEOUT_DEFAULT,
    source = SOURCE_DEFAULT,
  } = section;
  const networks = (typeof given === 'boolean' ? [] : given).map((text) => ({ text, network: parseNetwork(text) }));
  const wrong = networks.find(({ network }) => network === null);
  if (wrong !== undefined) {
    const message = `webhooks.allowPrivateAddresses: '${wrong.text}' is no network; write true, or a list such as [10.0.0.0/8, 127.0.0.1/32].`;
    return { ok: false, message };
  }
  return {
    ok: true,
    value: {
      allowed: given === true ? 'all' : networks.flatMap(({ network }) => (network === null ? [] : [network])),
      retryDelaysMs: retryAfter?.map(durationMs) ?? RETRY_DELAYS_MS_DEFAULT,
      timeoutMs: durationMs(timeout),
      source,
    },
  };
}
