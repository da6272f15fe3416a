/** As whom the server records what it notices or does by itself. */
import type { Actor } from '@sluice/contract';

export const SERVER: Actor = { name: 'server', address: null };
