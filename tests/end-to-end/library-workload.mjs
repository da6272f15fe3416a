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
const runs = [];
agent.command(
  'kick',
  {
    description: 'Ends the session of a player',
    params: { player: { type: 'string' }, times: { type: 'integer', default: 1 } },
  },
  (params, run) => {
    runs.push(params);
    run.log(`kicking ${params.player}`);
    const session = sessions.get(params.player);
    if (session === undefined) throw new Error(`nobody here is called ${params.player}`);
    session.end();
    return { kicked: params.player, times: params.times };
  },
);
/** Ends when it is told to stop. */
const waitForStop = (_params, run) =>
  new Promise((_resolve, reject) => {
    run.log('waiting');
    run.signal.addEventListener('abort', () => reject(new Error('I was told to stop')));
  });
agent.command('wait', { description: 'Waits to be stopped', timeoutMs: 60_000 }, waitForStop);
agent.command('brief', { description: 'Waits to be stopped, for a moment', timeoutMs: 300 }, waitForStop);
agent.command(
  'deaf',
  { description: 'Does not hear', timeoutMs: 60_000 },
  (_params, run) => new Promise(() => run.log('waiting')),
);
agent.command('wipe', { description: 'Hurts whoever is here', disruptive: true }, () => undefined);
agent.command('reload', { description: 'Declared by agent.yaml, too' }, () => 'of the workload');
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
    case '/leave':
      agent.leave(id === '' ? undefined : id);
      break;
    case '/stay':
      agent.stay();
      break;
    case '/exit':
      process.exit(0);
      break;
    case '/fail-next':
      failNext = id;
      break;
    default:
  }
  const { isManaged, nodeId, isDraining, sessionCount, metadata } = agent;
  response
    .writeHead(200, { 'content-type': 'application/json' })
    .end(JSON.stringify({ isManaged, nodeId, isDraining, sessionCount, metadata, heard, runs }));
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
