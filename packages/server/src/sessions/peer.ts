/** Who is at the other end of a session, as far as the connection itself tells. */

import type { ClientCertificate } from '../tls/client-certificate.ts';

export interface Peer {
  readonly remoteIp: string;
  /** `unasked`: this server asks nobody who they are. */
  readonly identity:
    | { readonly kind: 'unasked' }
    | {
        readonly kind: 'asked';
        /** The join token that the connection came with; `null`: none that opens anything. */
        readonly joinTokenId: string | null;
        /** `null`: none, so the agent's key says who it is. */
        readonly certificate: ClientCertificate | null;
      };
}
