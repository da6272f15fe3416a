/**
 * The workload behind the load balancers: a small HTTP server with keep-alive, some of whose answers take a while.
 * It counts what it works on, and notes at the drain hook what the balancer thinks of it at that moment.
 */
import { createServer } from 'node:http';
import { connect } from 'node:net';

const { PORT = '0', SERVER_NAME = '', HAPROXY_SOCKET = '' } = process.env;

let working = 0;
let requests = 0;
let lastRequestAt = null;
/** One entry for each call of the drain hook. */
const drains = [];

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://server');
  switch (`${request.method} ${url.pathname}`) {
    case 'GET /work': {
      requests += 1;
      working += 1;
      lastRequestAt = Date.now();
      response.on('close', () => {
        working -= 1;
      });
      // Nobody waits for luck here: it is the work that an answer takes.
      setTimeout(() => answer(response, { server: SERVER_NAME }), Number(url.searchParams.get('ms')));
      return;
    }
    case 'GET /healthz':
      answer(response, { healthy: true });
      return;
    case 'GET /stats':
      answer(response, { working });
      return;
    case 'POST /drain':
      askBalancer().then(
        (balancer) => {
          drains.push({ at: Date.now(), lastRequestAt, requestsBefore: requests, balancer });
          answer(response, { draining: true });
        },
        (error) => answer(response, { error: String(error) }, 500),
      );
      return;
    case 'DELETE /drain':
      answer(response, { draining: false });
      return;
    case 'GET /seen':
      answer(response, { drains, requests });
      return;
    default:
      answer(response, { error: 'not found' }, 404);
  }
});
// Longer than any balancer keeps its idle connections: the one who opened a connection is the one who closes it.
server.keepAliveTimeout = 60_000;
server.listen(Number(PORT), '127.0.0.1');
process.on('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});

function answer(response, body, status = 200) {
  const text = JSON.stringify(body);
  response
    .writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
    .end(text);
}

/** The status that HAProxy's statistics have for this server; `null`: there is no HAProxy here. */
function askBalancer() {
  if (HAPROXY_SOCKET === '') return Promise.resolve(null);
  return new Promise((resolve) => {
    const socket = connect(HAPROXY_SOCKET, () => socket.write('show stat\n'));
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString();
    });
    socket.on('error', (error) => resolve(`unknown: ${error.message}`));
    socket.on('end', () => {
      const [head = '', ...rows] = text.split('\n');
      const columns = head.replace(/^# /u, '').split(',');
      const row = rows.map((line) => line.split(',')).find((cells) => cells[columns.indexOf('svname')] === SERVER_NAME);
      resolve(row?.[columns.indexOf('status')] ?? 'unknown: no such server');
    });
  });
}
