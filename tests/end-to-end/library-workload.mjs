/** A workload that uses @sluice/workload: an HTTP server with slow answers and WebSockets in the rough, and sessions and locks by request. */
import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { drainHttpServer, joinAgent } from '../../packages/workload/dist/index.js';

const agent = joinAgent();
const sessions = new Map();
let lock = null;
let failNext = '';
const heard = [];
agent.onDrain(() => {
  const problem = failNext;
  failNext = '';
  if (problem !== '') throw new Error(problem);
  heard.push('drain');
});
agent.onUndrain(() => heard.push('undrain'));
agent.onMetadata((metadata) => heard.push({ metadata }));
appendFileSync(process.env.STARTS_FILE, `${process.pid}\n`);

const control = createServer((request, response) => {
  const url = new URL(request.url, 'http://x');
  const id = url.searchParams.get('id') ?? '';
  switch (url.pathname) {
    case '/begin':
      sessions.set(id, agent.session(id));
      break;
    case '/end':
      sessions.get(id)?.end();
      sessions.get(id)?.end();
      break;
    case '/lock':
      lock = agent.lock(id, Number(url.searchParams.get('ms')));
      break;
    case '/unlock':
      lock?.release();
      break;
    case '/fail-next':
      failNext = id;
      break;
    default:
  }
  const { isManaged, nodeId, isDraining, sessionCount, metadata } = agent;
  response
    .writeHead(200, { 'content-type': 'application/json' })
    .end(JSON.stringify({ isManaged, nodeId, isDraining, sessionCount, metadata, heard }));
});
control.listen(Number(process.env.PORT), '127.0.0.1');

/** Answers when it is told to: the requests that a drain waits for. */
let waiting = [];
const web = drainHttpServer(
  createServer((request, response) => {
    if (request.url === '/release') {
      for (const each of waiting) each.end('late');
      waiting = [];
      response.end('released');
    } else if (request.url.startsWith('/slow')) waiting.push(response);
    else response.end('ok');
  }),
  agent,
);
web.on('upgrade', (_request, socket) => {
  socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
  socket.on('error', () => undefined);
  socket.on('end', () => socket.end());
  socket.resume();
});
web.listen(Number(process.env.WEB_PORT), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
