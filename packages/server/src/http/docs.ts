/** The documentation that a running server brings: `/openapi.json`, `/docs` (no address outside is needed), and a page for each problem. */
import fastifySwagger from '@fastify/swagger';
import fastifySwaggerUi from '@fastify/swagger-ui';
import { createOpenapiDocument, problems } from '@sluice/contract';
import type { FastifyInstance } from 'fastify';

/** Scripts only from here; Swagger UI sets styles inline and shows its icons as data. */
const DOCS_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export async function serveDocs(app: FastifyInstance): Promise<void> {
  const document = createOpenapiDocument();
  const json = JSON.stringify(document);
  app.get('/openapi.json', (_request, reply) =>
    reply.header('content-type', 'application/json; charset=utf-8').send(json),
  );

  for (const [code, { status, title, whatToDo, exitCode }] of Object.entries(problems)) {
    const text = `${title}\n\ncode: ${code}\nHTTP status: ${status}\nsluice exits with: ${exitCode}\n\nWhat to do: ${whatToDo}\n`;
    app.get(`/docs/problems/${code}`, (_request, reply) =>
      reply.header('content-type', 'text/plain; charset=utf-8').send(text),
    );
  }

  await app.register(async (docs) => {
    docs.addHook('onRequest', (_request, reply, done) => {
      void reply.header('content-security-policy', DOCS_POLICY);
      done();
    });
    // Swagger UI insists on a document of its own; what it shows is ours.
    await docs.register(fastifySwagger, {
      mode: 'static',
      specification: { document: { openapi: '3.1.0', info: { title: 'Sluice', version: '1' }, paths: {} } },
    });
    await docs.register(fastifySwaggerUi, {
      routePrefix: '/docs',
      uiConfig: { deepLinking: true, tryItOutEnabled: false, layout: 'BaseLayout' },
      transformSpecification: () => document,
      theme: { title: 'Sluice 节点 API' },
    });
  });
}
