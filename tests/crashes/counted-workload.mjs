/** A small workload for the crash rounds: it notes each of its starts in a file, and has a door, a health and sessions as a game server has. */
import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http';

appendFileSync(process.env.STARTS_FILE, `${process.env.SLUICE_INCARNATION} ${process.pid}\n`);
let isDraining = process.env.SLUICE_AVAILABILITY === 'drain';

createServer((request, response) => {
  if (request.url === '/drain') isDraining = request.method === 'POST';
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ players: 0, draining: isDraining }));
}).listen(Number(process.env.PORT), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
