/** The public door of the server: load its settings, start it. */
export { loadServerConfig, type ServerConfig } from './config.ts';
export { type RunningServer, startServer } from './main.ts';
