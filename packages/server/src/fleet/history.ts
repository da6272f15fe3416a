/** The committed events in their chain, as the store keeps them. */
import type { ChainedEvent, ChainQuery, Store } from '../store/store.ts';

export type History = Pick<Store, 'chain' | 'chainHead'>;
export type HistoryQuery = ChainQuery;
export type HistoryEvent = ChainedEvent;
