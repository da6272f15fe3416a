/** Which entries of the audit are listed: as it stands in the URL, in the names that the API's list has. */

/** Empty: all. */
export interface AuditFilter {
  readonly actor: string;
  readonly node: string;
  /** Id of a token. */
  readonly token: string;
  readonly actions: readonly string[];
  readonly isRefusedOnly: boolean;
  /** Instants as the API takes them; empty: from the oldest on, until now. */
  readonly since: string;
  readonly until: string;
}

export function auditFilterIn(search: URLSearchParams): AuditFilter {
  const text = (name: string) => search.get(name) ?? '';
  return {
    actor: text('actor'),
    node: text('node'),
    token: text('token'),
    actions: text('action')
      .split(',')
      .filter((action) => action !== ''),
    isRefusedOnly: text('result') === 'refused',
    since: instantIn(text('since')),
    until: instantIn(text('until')),
  };
}

/** As URL and API have it; what is no filter is not in it. */
export function auditSearch(filter: AuditFilter): URLSearchParams {
  const { actor, node, token, actions, isRefusedOnly, since, until } = filter;
  const result = isRefusedOnly ? 'refused' : '';
  const values = { actor, node, token, action: actions.join(','), result, since, until };
  return new URLSearchParams(Object.entries(values).filter(([, value]) => value !== ''));
}

/** What is no instant is no filter. */
function instantIn(text: string): string {
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? '' : new Date(ms).toISOString();
}

/** An instant as a field of date and time wants it, in the reader's zone; empty: there is none. */
export function localTime(instant: string): string {
  if (instant === '') return '';
  const at = new Date(instant);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** The instant of a field of date and time; empty: the field is, or is not filled in yet. */
export function instantOf(local: string): string {
  return instantIn(local);
}
