/** The routes of the login: for browsers and for `sluice login`. They are not part of the API's contract. */
import fastifyCookie from '@fastify/cookie';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { secretIn } from '../../authentication/authentication.ts';
import { NotKeptError } from '../../authentication/oidc/session-keeper.ts';
import { identityOf } from '../identity.ts';
import { ProblemError, sendProblem } from '../problem-response.ts';
import type { HttpParts } from '../route-context.ts';
import { beginLogin, type BrowserLogin, finishLogin } from './browser-login.ts';
import { logOut, tellSession, tellWays } from './browser-session.ts';
import { CliLogins, cliLoginIn, CONFIRM_PATH } from './cli-login.ts';
import { localPathOf } from './local-path.ts';
import { STYLE, STYLE_PATH } from '../plain-page.ts';
import { browserPartsOf, sendLoginIsOff } from './login-parts.ts';
import { logInWithLink, logInWithToken } from './token-login.ts';

/** Bytes of the forms and bodies here: some codes. */
const BODY_BYTES_MAX = 4096;

interface LoginRoute {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly answer: (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply> | FastifyReply;
}

/** Cookies are read on every route from here on. */
export async function serveLogin(app: FastifyInstance, parts: HttpParts): Promise<void> {
  await app.register(fastifyCookie);
  const routes = [...routesOfEverybody(parts), ...routesOfLogin(parts)];
  await app.register((scope, _options, done) => {
    scope.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: BODY_BYTES_MAX },
      (_request, text, parsed) => parsed(null, Object.fromEntries(new URLSearchParams(String(text)))),
    );
    for (const { method, path, answer } of routes) {
      scope.route({
        method,
        url: path,
        bodyLimit: BODY_BYTES_MAX,
        handler: async (request, reply) => {
          if (parts.isStopping()) return sendProblem(reply, { code: 'stopping', detail: 'The server is stopping.' });
          // Else a browser would be told that it is logged out, or a logout would be said to have been done.
          const { problem } = identityOf(request);
          if (problem !== null) return sendProblem(reply, problem);
          try {
            return await answer(request, reply);
          } catch (error) {
            if (error instanceof NotKeptError) throw new ProblemError(error.problem, { cause: error });
            throw error;
          }
        },
      });
    }
    done();
  });
}

function routesOfEverybody(parts: HttpParts): readonly LoginRoute[] {
  return [
    { method: 'GET', path: '/auth/session', answer: (request, reply) => tellSession(request, reply, parts) },
    { method: 'GET', path: '/auth/ways', answer: (_request, reply) => tellWays(reply, parts) },
    { method: 'POST', path: '/auth/token', answer: (request, reply) => logInWithToken(request, reply, parts) },
    { method: 'POST', path: '/auth/link', answer: (request, reply) => logInWithLink(request, reply, parts) },
    { method: 'POST', path: '/auth/logout', answer: (request, reply) => logOut(request, reply, parts) },
    {
      method: 'GET',
      path: STYLE_PATH,
      answer: (_request, reply) => reply.header('content-type', 'text/css; charset=utf-8').send(STYLE),
    },
  ];
}

function routesOfLogin(parts: HttpParts): readonly LoginRoute[] {
  const { login, logger, fleet, authentication } = parts;
  const { keeper, oidc } = login;
  if (oidc === null) {
    const answer = (_request: FastifyRequest, reply: FastifyReply) => sendLoginIsOff(reply);
    return [
      { method: 'GET', path: '/auth/login', answer },
      { method: 'GET', path: '/auth/callback', answer },
      { method: 'GET', path: '/auth/cli', answer },
      { method: 'GET', path: CONFIRM_PATH, answer },
      { method: 'POST', path: CONFIRM_PATH, answer },
      { method: 'POST', path: '/auth/cli/token', answer },
      { method: 'POST', path: '/auth/cli/logout', answer },
    ];
  }
  const loginParts = { ...browserPartsOf(parts), oidc };
  const now = () => fleet.now();
  const cli = new CliLogins(loginParts, login.codes, now);
  const browser: BrowserLogin = {
    ...loginParts,
    logger,
    now,
    askPerson: (reply, person, asked) => cli.askPerson(reply, person, asked),
  };
  return [
    {
      method: 'GET',
      path: '/auth/login',
      answer: ({ query }, reply) =>
        beginLogin(reply, browser, { kind: 'browser', returnTo: localPathOf(parameter(query, 'returnTo')) }),
    },
    { method: 'GET', path: '/auth/callback', answer: (request, reply) => finishLogin(request, reply, browser) },
    {
      method: 'GET',
      path: '/auth/cli',
      answer: ({ query }, reply) => {
        const asked = cliLoginIn(query);
        if (asked !== null) return beginLogin(reply, browser, asked);
        const detail = 'The address needs `port`, `challenge` and `state`, as `sluice login` writes them.';
        return sendProblem(reply, { code: 'invalid-request', detail });
      },
    },
    { method: 'GET', path: CONFIRM_PATH, answer: (request, reply) => cli.showQuestion(request, reply) },
    { method: 'POST', path: CONFIRM_PATH, answer: (request, reply) => cli.answerQuestion(request, reply) },
    { method: 'POST', path: '/auth/cli/token', answer: (request, reply) => cli.giveToken(request, reply) },
    {
      method: 'POST',
      path: '/auth/cli/logout',
      answer: async ({ headers }, reply) => {
        const secret = secretIn(headers.authorization);
        await authentication.lookFor(secret);
        await keeper.endSession(secret);
        return reply.code(204).send();
      },
    },
  ];
}

function parameter(query: unknown, name: string): unknown {
  return typeof query === 'object' && query !== null && Object.hasOwn(query, name)
    ? Reflect.get(query, name)
    : undefined;
}
