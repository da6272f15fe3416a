/**
 * A web server as users run them, for the load balancers' tests: `node web-server.mjs PORT`. Every answer takes some
 * milliseconds. It says what must be proved of a node under load: whether a request came to it after it had been asked to
 * let its sessions go.
 */
import { createServer } from 'node:http';

/** Answers take up to so long, each another, so that some are always under way. */
const ANSWER_MS_MAX = 60;

let underWay = 0;
let answered = 0;
let isDraining = false;
/** Requests that came although it was asked to let its sessions go: the balancer had not let go yet. */
let cameLate = 0;

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, 'http://localhost');
  switch (pathname) {
    case '/healthz':
      response.end('ok');
      return;
    case '/stats':
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ underWay, cameLate, isDraining }));
      return;
    case '/drain':
      isDraining = request.method === 'POST';
      if (!isDraining) cameLate = 0;
      response.end('ok');
      return;
    default:
      answer(response);
  }
});

function answer(response) {
  underWay += 1;
  if (isDraining) cameLate += 1;
  const answerMs = (answered * 7) % ANSWER_MS_MAX;
  setTimeout(() => {
    // The connection that the balancer keeps is not needed any more.
    if (isDraining) response.setHeader('connection', 'close');
    response.end(`answer ${answered}\n`);
    answered += 1;
    underWay -= 1;
  }, answerMs);
}

process.on('SIGTERM', () => process.exit(0));
server.listen(Number(process.argv[2]), '127.0.0.1');
