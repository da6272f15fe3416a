/** The kinds of bad clients and agents, by name. */
export const BAD_CLIENTS = [
  'requests with a valid token',
  'requests without a token',
  'whole lists',
  'requests in a pipeline',
  'addresses that do not exist',
  'half requests, a byte a second',
  'streams that nobody reads',
  'connections opened and closed',
  'an agent that floods',
  'an agent that comes again and again',
  'messages of 64 KiB that say nothing',
] as const;
export type BadClient = (typeof BAD_CLIENTS)[number];
