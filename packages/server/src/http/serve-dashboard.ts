/** The dashboard's files: its page for every address of the app, its assets for as long as a browser likes to keep them. */
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fastifyStatic from '@fastify/static';
import { routes } from '@sluice/contract';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { sendPage } from './plain-page.ts';
import { sendProblem } from './problem-response.ts';

/** Stands in the built page wherever the nonce of an answer belongs; packages/dashboard/vite.config.ts writes it. */
const NONCE_PLACEHOLDER = '__SLUICE_CSP_NONCE__';
const NONCE_BYTES = 16;
/** The built page's files whose names change with what is in them. */
const ASSETS = 'assets';
/** What begins an address that is no page of the dashboard, whether or not there is anything at it. */
const NO_PAGES: ReadonlySet<string> = new Set([
  ...Object.values(routes).map(({ path: address }) => firstPartOf(address)),
  ASSETS,
  'auth',
  'docs',
  'openapi.json',
]);

const NOT_BUILT =
  'This server runs from a checkout in which the dashboard was not built. Run `npm run build` there, then start the server again.';

export interface Dashboard {
  /** `null`: it was not built. */
  readonly directory: string | null;
  readonly sendPage: (reply: FastifyReply) => FastifyReply;
}

/** @param directory `null`: the dashboard was not built, and its page says so. */
export function readDashboard(directory: string | null): Dashboard {
  if (directory === null) return { directory, sendPage: sendNotBuilt };
  const parts = readFileSync(path.join(directory, 'index.html'), 'utf8').split(NONCE_PLACEHOLDER);
  return {
    directory,
    sendPage: (reply) => {
      const nonce = randomBytes(NONCE_BYTES).toString('base64');
      return reply
        .header('content-type', 'text/html; charset=utf-8')
        .header('content-security-policy', policyFor(nonce))
        .header('cache-control', 'no-cache')
        .send(parts.join(nonce));
    },
  };
}

/** Whether a browser asks for an address that only the app in it may know, such as `/nodes/lobby-1`. */
export function isForDashboard({ method, url, headers }: FastifyRequest): boolean {
  const isNavigation = (method === 'GET' || method === 'HEAD') && headers.accept?.includes('text/html') === true;
  return isNavigation && !NO_PAGES.has(firstPartOf(url));
}

export async function serveDashboard(app: FastifyInstance, { directory, sendPage: send }: Dashboard): Promise<void> {
  // A program that finds no dashboard gets a problem, as for everything else; the page is for people.
  app.get('/', (request, reply) =>
    directory === null && !isForDashboard(request)
      ? sendProblem(reply, { code: 'route-not-found', detail: NOT_BUILT })
      : send(reply),
  );
  if (directory === null) return;
  await app.register(fastifyStatic, {
    root: path.join(directory, ASSETS),
    prefix: `/${ASSETS}/`,
    index: false,
    preCompressed: true,
    immutable: true,
    maxAge: '365d',
  });
  // What has the same name in every version, such as the icon.
  const others = readdirSync(directory, { withFileTypes: true }).filter(
    ({ name }) => path.extname(name) !== '' && !['.html', '.br', '.gz'].includes(path.extname(name)),
  );
  for (const { name } of others)
    app.get(`/${name}`, (_request, reply) => reply.sendFile(name, directory, { immutable: false, maxAge: 0 }));
}

/** Scripts are files of this server alone; the components write their styles into the page, with the nonce. */
function policyFor(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}

function sendNotBuilt(reply: FastifyReply): FastifyReply {
  return sendPage(reply, {
    status: 404,
    title: 'The dashboard was not built',
    paragraphs: [NOT_BUILT, 'The API works as always.'],
    link: { text: 'The API', path: '/docs' },
  });
}

/** Of `/api/v1/nodes?type=lobby`, `api`. */
function firstPartOf(address: string): string {
  return /^\/([^/?#]*)/u.exec(address)?.[1] ?? '';
}
