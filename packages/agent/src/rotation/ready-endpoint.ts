/** `GET /ready`, for balancers that ask by HTTP: 200 while the node is in rotation, else 503 with the reason. */
import type { RotationState } from '@sluice/core';
import { jsonAnswer, serveSmall, type SmallHttpServer } from '../small-http-server.ts';
import type { ListenAddress } from './listen.ts';

export function openReadyEndpoint(address: ListenAddress, current: () => RotationState): Promise<SmallHttpServer> {
  return serveSmall(address, 'rotation.http', '/ready', () => {
    const { word, reason } = current();
    return word === 'ready' ? jsonAnswer(200, { ready: true }) : jsonAnswer(503, { ready: false, state: word, reason });
  });
}
