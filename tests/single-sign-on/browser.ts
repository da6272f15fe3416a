/** A browser, as far as a login needs one: cookies per host, redirects followed by hand, forms sent as they are. */

export interface Visit {
  readonly status: number;
  /** Where it ended. */
  readonly url: URL;
  readonly headers: Headers;
  readonly text: string;
  /** Every address on the way. */
  readonly way: readonly URL[];
}

interface Asked {
  readonly method?: string;
  readonly body?: URLSearchParams;
  readonly headers?: Readonly<Record<string, string>>;
  /** Asked before each redirect: `true` stops there. */
  readonly stopAt?: (next: URL) => boolean;
}

const REDIRECTS_MAX = 20;
const ANSWER_WITHIN_MS = 15_000;

export class Browser {
  /** Cookies by host and port: stricter than browsers, which share them between ports. */
  readonly cookies = new Map<string, Map<string, string>>();

  cookie(url: string, name: string): string | undefined {
    return this.cookies.get(new URL(url).host)?.get(name);
  }

  async visit(address: string | URL, asked: Asked = {}): Promise<Visit> {
    let next = new URL(address);
    let { method = 'GET', body } = asked;
    const way: URL[] = [];
    for (;;) {
      way.push(next);
      const response = await fetch(next, {
        method,
        redirect: 'manual',
        signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
        headers: { ...asked.headers, ...this.#cookieHeader(next) },
        ...(body === undefined ? {} : { body }),
      });
      this.#keep(next, response.headers);
      const location = response.headers.get('location');
      const target = location === null ? null : new URL(location, next);
      const isOver =
        target === null || response.status < 300 || response.status > 399 || asked.stopAt?.(target) === true;
      if (isOver) {
        const text = await response.text();
        return { status: response.status, url: target ?? next, headers: response.headers, text, way };
      }
      await response.arrayBuffer();
      if (way.length > REDIRECTS_MAX) throw new Error(`more than ${REDIRECTS_MAX} redirects: ${way.join(' ')}`);
      // A redirect after a form is followed by GET, without its body.
      [next, method, body] = [target, 'GET', undefined];
    }
  }

  #cookieHeader({ host }: URL): Record<string, string> {
    const own = this.cookies.get(host);
    return own === undefined || own.size === 0
      ? {}
      : { cookie: [...own].map(([name, value]) => `${name}=${value}`).join('; ') };
  }

  #keep({ host }: URL, headers: Headers): void {
    const own = this.cookies.get(host) ?? new Map<string, string>();
    this.cookies.set(host, own);
    for (const line of headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split(';');
      const [, name = '', value = ''] = /^([^=]*)=(.*)$/u.exec(pair.trim()) ?? [];
      const expires = attributes.find((each) => /^\s*expires=/iu.test(each))?.replace(/^\s*expires=/iu, '');
      const isOver = value === '' || (expires !== undefined && Date.parse(expires) <= Date.now());
      if (isOver) own.delete(name);
      else own.set(name, value);
    }
  }
}
