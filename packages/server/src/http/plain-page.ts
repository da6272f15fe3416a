/** Plain pages, for a person who logs in or finds no dashboard: no script, everything that came from outside escaped. */
import type { FastifyReply } from 'fastify';

export const STYLE_PATH = '/auth/style.css';

export const STYLE = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 36rem; margin: 10vh auto; padding: 0 1.5rem; overflow-wrap: anywhere; }
h1 { font-size: 1.4rem; }
dt { font-weight: 600; }
dd { margin: 0 0 .6rem; }
form { margin-top: 1.5rem; }
button { font: inherit; padding: .5rem 1rem; margin-right: .6rem; border-radius: .3rem; border: 1px solid; cursor: pointer; }
button.main { background: #14532d; border-color: #14532d; color: #fff; }
`;

export interface PlainPage {
  readonly status: number;
  readonly title: string;
  readonly paragraphs: readonly string[];
  /** Names and what they stand for. */
  readonly facts?: readonly (readonly [string, string])[];
  readonly form?: PlainForm;
  readonly link?: { readonly text: string; /** A path of this server. */ readonly path: string };
}

export interface PlainForm {
  /** A path of this server. */
  readonly action: string;
  readonly hidden: Readonly<Record<string, string>>;
  readonly buttons: readonly { readonly name: string; readonly value: string; readonly text: string }[];
  /** The origin that the answer to the form redirects to: a browser follows only where the policy lets it. */
  readonly leadsTo: string;
}

export function sendPage(reply: FastifyReply, page: PlainPage): FastifyReply {
  const formTargets = page.form === undefined ? "'none'" : `'self' ${page.form.leadsTo}`;
  return reply
    .code(page.status)
    .header('content-type', 'text/html; charset=utf-8')
    .header(
      'content-security-policy',
      `default-src 'none'; style-src 'self'; form-action ${formTargets}; base-uri 'none'; frame-ancestors 'none'`,
    )
    .header('x-frame-options', 'DENY')
    .send(htmlOf(page));
}

function htmlOf({ title, paragraphs, facts = [], form, link }: PlainPage): string {
  const body = [
    `<h1>${escaped(title)}</h1>`,
    ...paragraphs.map((text) => `<p>${escaped(text)}</p>`),
    ...(facts.length === 0
      ? []
      : ['<dl>', ...facts.map(([name, text]) => `<dt>${escaped(name)}</dt><dd>${escaped(text)}</dd>`), '</dl>']),
    ...(form === undefined ? [] : [formOf(form)]),
    ...(link === undefined ? [] : [`<p><a href="${escaped(link.path)}">${escaped(link.text)}</a></p>`]),
  ];
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(title)} · Sluice</title><link rel="stylesheet" href="${STYLE_PATH}"></head>
<body>
${body.join('\n')}
</body>
</html>
`;
}

function formOf({ action, hidden, buttons }: PlainForm): string {
  const fields = Object.entries(hidden).map(
    ([name, value]) => `<input type="hidden" name="${escaped(name)}" value="${escaped(value)}">`,
  );
  const choices = buttons.map(
    ({ name, value, text }, index) =>
      `<button${index === 0 ? ' class="main"' : ''} name="${escaped(name)}" value="${escaped(value)}">${escaped(text)}</button>`,
  );
  return `<form method="post" action="${escaped(action)}">${[...fields, ...choices].join('')}</form>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/gu, (character) => ENTITIES[character] ?? '');
}
