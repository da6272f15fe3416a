/** The public door of the server: load its settings, start it, and care for its store. */
export { backUpStore } from './administration/back-up-store.ts';
export { exportStore } from './administration/export-store.ts';
export { importStore } from './administration/import-store.ts';
export { restoreStore } from './administration/restore-store.ts';
export type { StoreLocation } from './administration/store-location.ts';
export { loadServerConfig, type ServerConfig } from './config.ts';
export { examineServer } from './administration/examine/examine-server.ts';
export { type RunningServer, startServer } from './main.ts';
export { hashOfEvent } from './store/event-chain.ts';
