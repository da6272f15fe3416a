/** Where the server is and who asks: flag, then environment, then (the token) the login, then the user's configuration file, then default. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { exitCodes, type ExitCode } from './exit-codes.ts';
import { isRecord } from './is-record.ts';
import { credentialsPath, readCredentials, serverKey } from './login/credentials.ts';
import type { Terminal } from './terminal.ts';

const URL_DEFAULT = 'http://127.0.0.1:7070';
/** Bytes of a settings or token file; both hold a few lines. */
const FILE_BYTES_MAX = 65_536;

export interface SettingFlags {
  readonly url?: string;
  readonly tokenFile?: string;
  readonly serverCa?: string;
}

export type Settings =
  | {
      readonly ok: true;
      readonly url: string;
      /** `null`: none is sent. */
      readonly token: string | null;
      /** File of the only authority that is trusted; `null`: those of the machine. */
      readonly serverCa: string | null;
    }
  | {
      readonly ok: false;
      readonly detail: string;
      readonly whatToDo: string;
      /** Where it is not wrong usage. */
      readonly exitCode?: ExitCode;
    };

type NoSettings = Extract<Settings, { ok: false }>;
type Server = {
  readonly ok: true;
  readonly url: string;
  readonly tokenInFile: string | null;
  readonly serverCa: string | null;
};

/** The settings that hold. A file that others can read is refused when it holds a token. */
export async function resolveSettings(flags: SettingFlags, terminal: Terminal): Promise<Settings> {
  const server = await resolveServer(flags, terminal);
  if (!server.ok) return server;
  if (flags.tokenFile !== undefined) {
    const token = await readText(flags.tokenFile);
    if (typeof token !== 'string') return unreadable(flags.tokenFile, token);
    return withToken(server, token.trim());
  }
  const fromEnvironment = terminal.environment['SLUICE_TOKEN'];
  if (fromEnvironment !== undefined && fromEnvironment !== '') return withToken(server, fromEnvironment);
  return withLogin(server, terminal);
}

/** The token of `sluice login` for this server, else the one of the settings file. */
async function withLogin(server: Server, terminal: Terminal): Promise<Settings> {
  const { url, tokenInFile } = server;
  const credentials = await readCredentials(credentialsPath(terminal));
  if (!credentials.ok) return credentials;
  const login = credentials.byServer.get(serverKey(url));
  if (login === undefined) return withToken(server, tokenInFile);
  if (Date.parse(login.expiresAt) > Date.now()) return withToken(server, login.token);
  if (tokenInFile !== null) return withToken(server, tokenInFile);
  return {
    ok: false,
    detail: `Your login at ${url} ended at ${login.expiresAt}.`,
    whatToDo: 'Run `sluice login` again.',
    exitCode: exitCodes.notAuthorised,
  };
}

/** Which server it is, and the token of the settings file, which is not bound to a server. */
export async function resolveServer(
  flags: Pick<SettingFlags, 'url' | 'serverCa'>,
  terminal: Terminal,
): Promise<Server | NoSettings> {
  const { environment } = terminal;
  const path = join(environment['XDG_CONFIG_HOME'] || join(terminal.homeDirectory, '.config'), 'sluice', 'config.yaml');
  const file = await readSettingsFile(path);
  if (!file.ok) return file;

  const url = flags.url ?? (environment['SLUICE_URL'] || (file.url ?? URL_DEFAULT));
  const fault = faultOfUrl(url);
  if (fault !== null) {
    return {
      ok: false,
      detail: `'${url}' is not the address of a server: ${fault}.`,
      whatToDo: `Write it like ${URL_DEFAULT}, with --url, SLUICE_URL or \`url:\` in ${path}.`,
    };
  }
  const serverCa = flags.serverCa ?? (environment['SLUICE_SERVER_CA'] || file.serverCa);
  return { ok: true, url, tokenInFile: file.token, serverCa };
}

function withToken({ url, serverCa }: Server, token: string | null): Settings {
  if (token !== null && !/^[\x21-\x7e]+$/u.test(token)) {
    return {
      ok: false,
      detail: 'The token has characters that no token has (a space, a line break, or none at all).',
      whatToDo: 'Copy it again, whole and without quotes.',
    };
  }
  return { ok: true, url, token, serverCa };
}

/** What the file may hold. */
const KNOWN = ['url', 'token', 'serverCa'] as const;
const WHAT_IT_MAY_HOLD = 'It may hold `url:`, `token:` and `serverCa:`.';

type SettingsFile =
  | { readonly ok: true; readonly url: string | null; readonly token: string | null; readonly serverCa: string | null }
  | Extract<Settings, { ok: false }>;

async function readSettingsFile(path: string): Promise<SettingsFile> {
  const text = await readText(path);
  if (typeof text !== 'string')
    return text.code === 'ENOENT' ? { ok: true, url: null, token: null, serverCa: null } : unreadable(path, text);
  let document: unknown;
  try {
    document = parse(text) ?? {};
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    return {
      ok: false,
      detail: `${path} is not YAML: ${reason}`,
      whatToDo: `Correct it. ${WHAT_IT_MAY_HOLD}`,
    };
  }
  if (!isRecord(document)) return { ok: false, detail: `${path} holds no settings.`, whatToDo: WHAT_IT_MAY_HOLD };
  for (const [key, value] of Object.entries(document)) {
    if (!KNOWN.some((known) => known === key)) {
      return {
        ok: false,
        detail: `${path} has '${key}', which is no setting.`,
        whatToDo: WHAT_IT_MAY_HOLD,
      };
    }
    if (typeof value !== 'string')
      return { ok: false, detail: `\`${key}\` in ${path} is not a text.`, whatToDo: 'Write it in quotes.' };
  }
  const url = typeof document['url'] === 'string' ? document['url'] : null;
  const token = typeof document['token'] === 'string' ? document['token'] : null;
  const serverCa = typeof document['serverCa'] === 'string' ? document['serverCa'] : null;
  const { mode } = await stat(path);
  if (token !== null && process.platform !== 'win32' && (mode & 0o077) !== 0) {
    return {
      ok: false,
      detail: `${path} holds a token and others on this machine can read it.`,
      whatToDo: `chmod 600 ${path}`,
    };
  }
  return { ok: true, url, token, serverCa };
}

interface Unreadable {
  readonly code: string;
}

async function readText(path: string): Promise<string | Unreadable> {
  try {
    const { size } = await stat(path);
    return size > FILE_BYTES_MAX ? { code: 'larger than 64 KiB' } : await readFile(path, 'utf8');
  } catch (error) {
    const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
    return { code: typeof code === 'string' ? code : String(error) };
  }
}

function unreadable(path: string, { code }: Unreadable): Extract<Settings, { ok: false }> {
  return { ok: false, detail: `${path} cannot be read: ${code}.`, whatToDo: 'Correct its path or its rights.' };
}

function faultOfUrl(text: string): string | null {
  if (/^https?:\/\/[^/]*,/u.test(text)) return 'only agents take several of them; a command speaks to one';
  if (!URL.canParse(text)) return 'it cannot be parsed';
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return 'it does not begin with http:// or https://';
  if (url.username !== '' || url.password !== '') return 'credentials do not belong into an address';
  return url.search !== '' || url.hash !== '' ? 'it has a query' : null;
}
