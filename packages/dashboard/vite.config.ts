/** How the dashboard is built, from the sources of the rooms that it shares; and served while somebody works on it. */
import react from '@vitejs/plugin-react';
import { defineConfig, defaultClientConditions } from 'vite';

/** Where `npm run dev -w packages/dashboard` sends what is not a file of the dashboard: a running server, such as the demo's. */
const server = process.env['SLUICE_URL'] ?? 'http://127.0.0.1:7070';

export default defineConfig({
  plugins: [react()],
  resolve: { conditions: ['source', ...defaultClientConditions] },
  // The server writes another nonce into each page that it gives out; antd's styles carry it.
  html: { cspNonce: '__SLUICE_CSP_NONCE__' },
  build: {
    target: 'es2022',
    manifest: true,
    // What is shown first is small, and everything is beside it: nothing is written into the page itself.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // How large the first load may be is held by `npm run check`.
    chunkSizeWarningLimit: 2000,
    // Few files: each is a request, and the first view waits for all of its own.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'first', tags: ['$initial'], priority: 1 },
            { name: 'shared', minShareCount: 2 },
          ],
        },
      },
    },
  },
  server: { proxy: { '/api': server, '/auth': server, '/docs': server } },
  preview: { proxy: { '/api': server, '/auth': server, '/docs': server } },
});
