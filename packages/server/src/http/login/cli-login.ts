/** The login of `sluice login`: through the person's browser, with their word for it, to the command line on their own machine. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Role } from '@sluice/contract';
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import type { CliLogin } from '../../authentication/oidc/oidc-login.ts';
import type { Person } from '../../authentication/oidc/session-keeper.ts';
import { type CodeStore, OneTimeCodes } from '../../authentication/one-time-codes.ts';
import { isOfThisOrigin } from '../csrf.ts';
import { sendProblem } from '../problem-response.ts';
import { clearCookie, cookieOf, setCookie } from './login-cookies.ts';
import { sendPage } from '../plain-page.ts';
import { addressOf, type LoginParts } from './login-parts.ts';

export const CONFIRM_PATH = '/auth/cli/confirm';
/** Milliseconds that a person has for reading the page. */
const CONFIRM_WITHIN_MS = 300_000;
/** Milliseconds that a code works for: the browser goes to the command line at once, and that comes back at once. */
const CLI_CODE_MS = 60_000;
/** Characters of the challenge that page and terminal show, for a person to compare. */
const SHOWN_LENGTH = 8;
const CONFIRMATION_BYTES = 32;

/** 43 characters of base64url: a SHA-256. */
const Challenge = Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' });

const CliQuery = Type.Object({
  /** Of the person's own machine; ports below belong to its administrator. */
  port: Type.String({ pattern: '^[1-9][0-9]{3,4}$' }),
  challenge: Challenge,
  state: Type.String({ pattern: '^[A-Za-z0-9_-]{16,128}$' }),
});
const cliQuery = Compile(CliQuery);

const personFields = {
  subject: Type.String(),
  name: Type.String(),
  role: Role,
  selector: Type.Union([Type.String(), Type.Null()]),
};

/** What a person is asked. */
const Asked = Type.Object({
  ...personFields,
  port: Type.Integer(),
  challenge: Type.String(),
  state: Type.String(),
  /** In the page's form: only who was shown the page has it. */
  confirmation: Type.String(),
});

const form = Compile(
  Type.Object({ confirmation: Type.String(), decision: Type.Union([Type.Literal('allow'), Type.Literal('refuse')]) }),
);
const exchange = Compile(
  Type.Object({
    code: Type.String({ minLength: 1, maxLength: 128 }),
    verifier: Type.String({ pattern: '^[A-Za-z0-9._~-]{43,128}$' }),
  }),
);

/** @returns `null`: the address was not written by `sluice login`. */
export function cliLoginIn(query: unknown): CliLogin | null {
  if (!cliQuery.Check(query)) return null;
  const port = Number(query.port);
  if (port < 1024 || port > 65_535) return null;
  return { kind: 'cli', port, challenge: query.challenge, state: query.state };
}

/** Whom a code stands for, and who may exchange it. */
const WaitingCli = Type.Object({
  person: Type.Object(personFields),
  /** SHA-256 of the verifier, base64url. */
  challenge: Type.String(),
});

export class CliLogins {
  readonly #parts: LoginParts;
  /** In the cookie of a browser: its person is asked, and answers once. */
  readonly #questions: OneTimeCodes<typeof Asked>;
  readonly #codes: OneTimeCodes<typeof WaitingCli>;

  constructor(parts: LoginParts, store: CodeStore, now: () => number) {
    this.#parts = parts;
    this.#questions = new OneTimeCodes({
      schema: Asked,
      purpose: 'command line question',
      lifetimeMs: CONFIRM_WITHIN_MS,
      store,
      now,
    });
    this.#codes = new OneTimeCodes({
      schema: WaitingCli,
      purpose: 'command line login',
      lifetimeMs: CLI_CODE_MS,
      store,
      now,
    });
  }

  /** The person is known: they are asked on a page of their own, whose address holds nothing. */
  async askPerson(
    reply: FastifyReply,
    { subject, name, role, selector }: Person,
    cli: CliLogin,
  ): Promise<FastifyReply> {
    const { port, challenge, state } = cli;
    const confirmation = randomBytes(CONFIRMATION_BYTES).toString('base64url');
    const asked = { subject, name, role, selector, port, challenge, state, confirmation };
    setCookie(reply, this.#parts.security, 'cli', await this.#questions.issue(asked), CONFIRM_WITHIN_MS);
    return reply.redirect(CONFIRM_PATH, 303);
  }

  async showQuestion(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const question = this.#questionOf(request);
    const asked = question === undefined ? null : await this.#questions.look(question);
    if (asked === null) return sendNothingToConfirm(reply);
    const { name, role, selector, port, challenge, confirmation } = asked;
    return sendPage(reply, {
      status: 200,
      title: 'Let the command line in?',
      paragraphs: [
        '`sluice login` on this machine asks for a token that acts as you. Allow it only if you started it yourself just now, and only if your terminal shows the same code as this page.',
      ],
      facts: [
        ['Code', challenge.slice(0, SHOWN_LENGTH)],
        ['You', name],
        ['It may do what the role allows', role],
        ['On nodes', selector ?? 'all'],
        ['It goes to', `port ${port} of this machine`],
      ],
      form: {
        action: CONFIRM_PATH,
        hidden: { confirmation },
        buttons: [
          { name: 'decision', value: 'allow', text: 'Allow' },
          { name: 'decision', value: 'refuse', text: 'Refuse' },
        ],
        leadsTo: originOf(port),
      },
    });
  }

  async answerQuestion(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { body } = request;
    const question = this.#questionOf(request);
    if (question === undefined || !form.Check(body) || !isOfThisOrigin(request, this.#parts.publicOrigin))
      return sendNothingToConfirm(reply);
    // Who was not shown the page does not use the question up.
    const shown = await this.#questions.look(question);
    const asked = shown?.confirmation === body.confirmation ? await this.#questions.redeem(question) : null;
    if (asked === null) return sendNothingToConfirm(reply);
    clearCookie(reply, this.#parts.security, 'cli');
    const { subject, name, role, selector, port, challenge, state } = asked;
    const back = new URL(originOf(port));
    if (body.decision === 'refuse') {
      this.#parts.keeper.noteRefusedLogin({
        subject,
        reason: `${name} refused the command line that asked.`,
        from: addressOf(request),
      });
      back.searchParams.set('error', 'access_denied');
    } else {
      const person = { subject, name, role, selector };
      back.searchParams.set('code', await this.#codes.issue({ person, challenge }));
    }
    back.searchParams.set('state', state);
    return reply.redirect(back.href, 303);
  }

  /** The command line comes for its token. */
  async giveToken(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { body } = request;
    if (!exchange.Check(body))
      return sendProblem(reply, { code: 'invalid-request', detail: 'The body must hold `code` and `verifier`.' });
    const waiting = await this.#codes.redeem(body.code);
    if (waiting === null || !isVerifierOf(waiting.challenge, body.verifier)) {
      const detail = 'The code is not known: it was used before, is older than a minute, or its verifier is another.';
      return sendProblem(reply, { code: 'login-code-invalid', detail });
    }
    const { person } = waiting;
    const { name, role, selector } = person;
    const { secret, expiresAt } = await this.#parts.keeper.createLoginToken({ ...person, from: addressOf(request) });
    return reply.send({ token: secret, expiresAt: new Date(expiresAt).toISOString(), name, role, selector });
  }

  #questionOf(request: FastifyRequest): string | undefined {
    return cookieOf(request, this.#parts.security, 'cli');
  }
}

/** RFC 7636, S256. */
function isVerifierOf(challenge: string, verifier: string): boolean {
  const proof = Buffer.from(createHash('sha256').update(verifier).digest('base64url'));
  const wanted = Buffer.from(challenge);
  return proof.length === wanted.length && timingSafeEqual(proof, wanted);
}

function originOf(port: number): string {
  return `http://127.0.0.1:${port}`;
}

function sendNothingToConfirm(reply: FastifyReply): FastifyReply {
  return sendPage(reply, {
    status: 400,
    title: 'Nothing waits for your word',
    paragraphs: ['It was answered already, or too long ago, or asked in another browser. Run `sluice login` again.'],
  });
}
