/** What is wrong between a node and the servers that its agent may go to. */
import type { Finding } from '@sluice/core';
import type { ConnectionFacts } from './connection-facts.ts';
import { type Here, judgeConnection } from './judge-connection.ts';

/** Those that say whether an agent can have its session there. */
const OF_SERVING: readonly string[] = ['server', 'ready'];

/** One that is away is a warning only, while another can serve. */
export function judgeServers(servers: readonly ConnectionFacts[], here: Here): readonly Finding[] {
  if (servers.length === 1) return servers.flatMap((facts) => judgeConnection(facts, here));
  const canServe = servers.some(({ reached, notReady }) => reached.ok && notReady === null);
  return servers.flatMap((facts) =>
    judgeConnection(facts, here).map((finding) => ({
      ...finding,
      title: `${finding.title} (${facts.url})`,
      verdict:
        finding.verdict === 'fault' && canServe && OF_SERVING.includes(finding.check) ? 'warning' : finding.verdict,
    })),
  );
}
