/** The limits that a server keeps, so that one bad client or agent does not slow the others: section `limits` of the configuration. */
import Type from 'typebox';

const Count = Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000_000 }));

/** As the file has it. */
export const LimitsSection = Type.Object(
  {
    requestsPerSecond: Count,
    requestsBurst: Count,
    anonymousPerSecond: Count,
    anonymousBurst: Count,
    streamsPerToken: Count,
    slowReaderSeconds: Count,
    connections: Count,
    connectionsPerAddress: Count,
    connectionsPerSecond: Count,
    shutOutSeconds: Count,
    sessionsPerAddress: Count,
    hellosPerSecond: Count,
    hellosPerAddressPerSecond: Count,
    messagesPerSecond: Count,
    messagesBurst: Count,
  },
  { additionalProperties: false },
);
export type LimitsSection = Type.Static<typeof LimitsSection>;

export type LimitSettings = { readonly [Name in keyof LimitsSection]-?: number };

/**
 * A request counts 1, one that changes something 2, and an answer 1 more for each 20 kB: 300 a second are at most about a tenth
 * of a core. The burst is for one command line that drains a thousand nodes.
 */
const LIMITS_DEFAULT: LimitSettings = {
  requestsPerSecond: 300,
  requestsBurst: 6000,
  anonymousPerSecond: 50,
  anonymousBurst: 300,
  streamsPerToken: 100,
  slowReaderSeconds: 60,
  connections: 18_000,
  connectionsPerAddress: 2000,
  connectionsPerSecond: 500,
  shutOutSeconds: 30,
  sessionsPerAddress: 1000,
  hellosPerSecond: 1000,
  hellosPerAddressPerSecond: 50,
  messagesPerSecond: 50,
  messagesBurst: 1000,
};

export function limitsOf(section: LimitsSection | undefined): LimitSettings {
  return { ...LIMITS_DEFAULT, ...section };
}
