/** The login of a browser: to the provider, back again, and into a session; or a page that says why not. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import {
  type CliLogin,
  type FinishedLogin,
  LOGIN_WITHIN_MS,
  type LoginPurpose,
} from '../../authentication/oidc/oidc-login.ts';
import type { Person } from '../../authentication/oidc/session-keeper.ts';
import { clearCookie, cookieOf, setCookie } from './login-cookies.ts';
import { sendPage } from '../plain-page.ts';
import { addressOf, type LoginParts, queryTextOf } from './login-parts.ts';

/** Groups that the page for somebody without a rule names. */
const GROUPS_SHOWN_MAX = 50;

export interface BrowserLogin extends LoginParts {
  readonly logger: Logger;
  readonly now: () => number;
  /** What follows when it was a command line that sent the person. */
  readonly askPerson: (reply: FastifyReply, person: Person, cli: CliLogin) => Promise<FastifyReply>;
}

/** Sends the browser to the provider. */
export async function beginLogin(
  reply: FastifyReply,
  { oidc, security, logger }: Pick<BrowserLogin, 'oidc' | 'security' | 'logger'>,
  purpose: LoginPurpose,
): Promise<FastifyReply> {
  const begun = await oidc.begin(purpose);
  if (!begun.ok) return sendProviderAway(reply, begun.detail, logger);
  setCookie(reply, security, 'login', begun.sealed, LOGIN_WITHIN_MS);
  return reply.redirect(begun.address.href, 303);
}

/** The browser comes back from the provider. */
export async function finishLogin(
  request: FastifyRequest,
  reply: FastifyReply,
  login: BrowserLogin,
): Promise<FastifyReply> {
  const { oidc, security, keeper, askPerson, now } = login;
  const finished = await oidc.finish(queryTextOf(request), cookieOf(request, security, 'login'));
  if (finished.kind !== 'unknown') clearCookie(reply, security, 'login');
  if (finished.kind !== 'person') return refuse(request, reply, login, finished);
  const { person, purpose } = finished;
  if (purpose.kind === 'cli') return askPerson(reply, person, purpose);
  const before = cookieOf(request, security, 'session');
  const { secret, expiresAt } = await keeper.openSession({ ...person, from: addressOf(request) });
  // What this browser was logged in as is over: nobody would ever end it.
  if (before !== undefined) await keeper.endSession(before);
  setCookie(reply, security, 'session', secret, expiresAt - now());
  return reply.redirect(purpose.returnTo, 303);
}

function refuse(
  request: FastifyRequest,
  reply: FastifyReply,
  { keeper, logger }: BrowserLogin,
  finished: Exclude<FinishedLogin, { kind: 'person' }>,
): FastifyReply {
  const again = { text: 'Log in again', path: '/auth/login' };
  const from = addressOf(request);
  switch (finished.kind) {
    case 'provider-away':
      return sendProviderAway(reply, finished.detail, logger);
    case 'unknown':
      return sendPage(reply, {
        status: 400,
        title: 'This login is not known',
        paragraphs: [
          'It was begun in another browser or more than ten minutes ago, it was finished already, or another one was begun after it.',
        ],
        link: again,
      });
    case 'refused':
      logger.warn({ event: 'login-refused', from, reason: finished.detail }, 'a login was refused');
      keeper.noteRefusedLogin({ subject: null, reason: finished.detail, from });
      return sendPage(reply, {
        status: 403,
        title: 'You are not logged in',
        paragraphs: [finished.detail],
        link: again,
      });
    case 'no-rule': {
      const { subject, name, groups } = finished;
      const seen = groupsInWords(groups);
      const reason = `No group rule lets ${name} in. ${seen}`;
      logger.warn({ event: 'login-refused', from, subject, reason }, 'a login was refused');
      keeper.noteRefusedLogin({ subject, reason, from });
      return sendPage(reply, {
        status: 403,
        title: 'You may not use this Sluice',
        paragraphs: [
          `You are logged in at the provider as ${name}, but none of your groups is let in here.`,
          seen,
          'Ask whoever runs this Sluice to add one of your groups to `oidc.roles` in its configuration, or to add you to a group that is there.',
        ],
        link: again,
      });
    }
  }
}

function groupsInWords(groups: readonly string[] | null): string {
  if (groups === null) return 'The provider told no groups at all: the claim with the groups is missing.';
  if (groups.length === 0) return 'The provider told that you are in no group.';
  const shown = groups.slice(0, GROUPS_SHOWN_MAX).join(', ');
  const rest = groups.length > GROUPS_SHOWN_MAX ? `, and ${groups.length - GROUPS_SHOWN_MAX} more` : '';
  return `Groups that the provider told: ${shown}${rest}.`;
}

function sendProviderAway(reply: FastifyReply, detail: string, logger: Logger): FastifyReply {
  logger.warn({ event: 'provider-away', reason: detail }, 'the provider cannot be used');
  return sendPage(reply.header('retry-after', '5'), {
    status: 503,
    title: 'Nobody can log in just now',
    paragraphs: [detail, 'Tokens and sessions that there are already go on working. Try again in a moment.'],
    link: { text: 'Try again', path: '/auth/login' },
  });
}
