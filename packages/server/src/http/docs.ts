/** The documentation that a running server brings: `/openapi.json`, `/docs` (no address outside is needed), and a page for each problem. */
import { createRequire } from 'node:module';
import path from 'node:path';
import fastifyStatic from '@fastify/static';
import { createOpenapiDocument, problems } from '@sluice/contract';
import type { FastifyInstance } from 'fastify';

/** Scripts only from here; Swagger UI sets styles inline and shows its icons as data. */
const DOCS_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Of the package only its files are used, and of them these: its plugin takes 0.1 s of each start, asked for or not. */
const SWAGGER_UI = path.dirname(createRequire(import.meta.url).resolve('@fastify/swagger-ui/package.json'));
const SWAGGER_UI_FILES = ['swagger-ui.css', 'index.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'];

const PAGE = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="UTF-8">
<title>Sluice 节点 API</title>
<link rel="stylesheet" href="/docs/static/swagger-ui.css">
<link rel="stylesheet" href="/docs/static/index.css">
<link rel="icon" type="image/png" href="/docs/static/favicon-32x32.png">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/docs/static/swagger-ui-bundle.js"></script>
<script src="/docs/show.js"></script>
</body>
</html>
`;
const SHOW = `SwaggerUIBundle(${JSON.stringify({
  url: '/openapi.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  tryItOutEnabled: false,
  validatorUrl: null,
})});
`;

export async function serveDocs(app: FastifyInstance): Promise<void> {
  let document: string | null = null;
  app.get('/openapi.json', (_request, reply) => {
    document ??= JSON.stringify(createOpenapiDocument());
    return reply.header('content-type', 'application/json; charset=utf-8').send(document);
  });

  const problemPages = new Map(Object.entries(problems).map(([code, problem]) => [code, pageOf(code, problem)]));
  app.get<{ Params: { code: string } }>('/docs/problems/:code', (request, reply) => {
    const page = problemPages.get(request.params.code);
    return page === undefined
      ? reply.callNotFound()
      : reply.header('content-type', 'text/plain; charset=utf-8').send(page);
  });

  await app.register(async (docs) => {
    docs.addHook('onRequest', (_request, reply, done) => {
      void reply.header('content-security-policy', DOCS_POLICY);
      done();
    });
    for (const address of ['/docs', '/docs/'])
      docs.get(address, (_request, reply) => reply.header('content-type', 'text/html; charset=utf-8').send(PAGE));
    docs.get('/docs/show.js', (_request, reply) =>
      reply.header('content-type', 'text/javascript; charset=utf-8').send(SHOW),
    );
    await docs.register(fastifyStatic, {
      root: path.join(SWAGGER_UI, 'static'),
      prefix: '/docs/static/',
      allowedPath: (file) => SWAGGER_UI_FILES.includes(path.basename(file)),
      index: false,
      decorateReply: false,
    });
  });
}

function pageOf(code: string, { status, title, whatToDo, exitCode }: (typeof problems)[keyof typeof problems]): string {
  return `${title}\n\ncode: ${code}\nHTTP status: ${status}\nsluice exits with: ${exitCode}\n\nWhat to do: ${whatToDo}\n`;
}
