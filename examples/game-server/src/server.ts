/** A small game server: players join, play and leave; it can be asked who plays, and to let nobody in any more. */
import { spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Game, seededRandom } from './game.ts';
import { readSettings } from './settings.ts';

/** Bytes of a request's body; a player has a short name. */
const BODY_BYTES_MAX = 16_384;
const TICK_MS = 100;

const settings = readSettings(process.env);
const startedAt = Date.now();
if (settings.failsToStart) {
  console.error('cannot start: the level file is missing');
  process.exit(1);
}

const random = settings.seed === null ? Math.random : seededRandom(settings.seed);
const game = new Game({ target: settings.players, playSeconds: settings.playSeconds }, random, false, startedAt);
for (let stuck = 0; stuck < settings.stuckPlayers && !settings.isDraining; stuck += 1) game.join(null, null, startedAt);
game.setDraining(settings.isDraining);
setInterval(() => game.pass(Date.now()), TICK_MS);

const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => {
    reply(response, 400, { error: error instanceof Error ? error.message : 'bad request' });
  });
});

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const now = Date.now();
  const { pathname } = new URL(request.url ?? '/', 'http://game');
  switch (`${request.method} ${pathname}`) {
    case 'GET /healthz': {
      const isReady = now - startedAt >= settings.startDelayMs;
      reply(response, isReady ? 200 : 503, { ok: isReady });
      return;
    }
    case 'GET /stats':
      stats(response, now);
      return;
    case 'POST /drain':
    case 'DELETE /drain': {
      const isDraining = request.method === 'POST';
      if (game.setDraining(isDraining))
        console.log(isDraining ? `draining: ${game.players().length} still play` : 'open again');
      reply(response, 200, { draining: isDraining });
      return;
    }
    case 'GET /players':
      reply(response, 200, { players: game.players() });
      return;
    case 'POST /players': {
      const { name, seconds } = await playerOf(request);
      const player = game.join(name, seconds === null ? null : seconds * 1000, now);
      if (player === null) reply(response, 503, { error: 'draining: nobody is let in' });
      else reply(response, 200, player);
      return;
    }
    default: {
      const id = /^\/players\/([\w-]+)$/u.exec(pathname)?.[1];
      const hasLeft = request.method === 'DELETE' && id !== undefined && game.leave(id);
      reply(response, hasLeft ? 200 : 404, hasLeft ? { left: id } : { error: 'there is no such thing' });
    }
  }
}

function stats(response: ServerResponse, now: number): void {
  if (settings.lie === 'hang') return;
  if (settings.lie === 'nonsense') {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>It works!</h1>');
    return;
  }
  const players = game.players();
  reply(response, 200, {
    players: settings.lie === 'negative' ? -1 : players.length,
    draining: game.isDraining,
    uptimeMs: now - startedAt,
    sessions: players.map(({ id, joinedAt }) => ({ id, ageMs: now - joinedAt })),
  });
}

async function playerOf(
  request: IncomingMessage,
): Promise<{ readonly name: string | null; readonly seconds: number | null }> {
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > BODY_BYTES_MAX) throw new Error('the body is too large');
  }
  const body: unknown = text === '' ? {} : JSON.parse(text);
  const name =
    typeof body === 'object' && body !== null && 'name' in body && typeof body.name === 'string' ? body.name : null;
  const seconds =
    typeof body === 'object' && body !== null && 'seconds' in body && typeof body.seconds === 'number'
      ? body.seconds
      : null;
  return { name, seconds };
}

function reply(response: ServerResponse, status: number, body: object): void {
  if (response.headersSent) return;
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

if (settings.spawnsChild) {
  const idle = "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000);";
  const child = spawn(process.execPath, ['-e', idle], { stdio: 'ignore' });
  console.log(`spawned a child that ignores SIGTERM: ${child.pid}`);
}

process.on('SIGTERM', () => {
  if (settings.ignoresSigterm) {
    console.log('SIGTERM ignored');
    return;
  }
  console.log(`stopping: ${game.players().length} players are cut`);
  server.close();
  process.exit(0);
});

server.on('error', (error) => {
  console.error(`cannot listen on port ${settings.port}: ${error.message}`);
  process.exit(1);
});
server.listen(settings.port, '127.0.0.1', () => {
  console.log(`game server on port ${settings.port}${game.isDraining ? ', draining' : ''}`);
});
