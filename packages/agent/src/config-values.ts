/** The values of agent.yaml that mean more than their text: durations, addresses, command lines, probes and hooks. */
import { constants } from 'node:os';
import type { ConfigFaults } from './config-faults.ts';
import type { HookSetting, WorkloadSetting } from './config-file.ts';
import { durationMs } from './duration.ts';
import type { Hook } from './hooks/call-hook.ts';
import { isJsonPointer } from './probes/json-pointer.ts';
import type { HealthCheck, SessionsSource } from './probes/probe-settings.ts';
import type { ListenAddress } from './rotation/listen.ts';
import type { CommandLine } from './run-command.ts';

type Path = readonly string[];

/** Milliseconds. A fault is noted and the default taken, so that the other faults are found too. */
export function durationOf(text: string | undefined, fallbackMs: number, faults: ConfigFaults, path: Path): number {
  if (text === undefined) return fallbackMs;
  const milliseconds = durationMs(text);
  if (milliseconds === null)
    faults.add(path, `'${text}' is no duration of at most 24 days; write 500ms, 30s, 15m, 2h or 7d`);
  return milliseconds ?? fallbackMs;
}

/** For what is done again and again, or given up after: more than nothing. */
export function positiveDurationOf(
  text: string | undefined,
  fallbackMs: number,
  faults: ConfigFaults,
  path: Path,
): number {
  const milliseconds = durationOf(text, fallbackMs, faults, path);
  if (milliseconds > 0) return milliseconds;
  faults.add(path, 'must be more than 0');
  return fallbackMs;
}

/** @param parts Not empty, as the schema says. */
export function commandLineOf(parts: readonly string[], faults: ConfigFaults, path: Path): CommandLine {
  const [program = '', ...args] = parts;
  if (program === '') faults.add(path, 'names no program');
  if (parts.some((part) => part.includes('\0'))) faults.add(path, 'contains a NUL character');
  return [program, ...args];
}

/** HOST:PORT; `[::1]:7788` for IPv6. */
export function addressOf(text: string, faults: ConfigFaults, path: Path, portMin = 1): ListenAddress {
  const groups = /^(?:\[(?<ipv6>[0-9a-fA-F:.]+)\]|(?<host>[^:[\]\s]+)):(?<port>\d{1,5})$/u.exec(text)?.groups;
  const host = groups?.['ipv6'] ?? groups?.['host'];
  const port = Number(groups?.['port'] ?? Number.NaN);
  if (host !== undefined && port >= portMin && port <= 65_535) return { host, port };
  faults.add(path, `'${text}' is no address; write HOST:PORT, such as 0.0.0.0:7788 or [::1]:7788`);
  return { host: '', port: 0 };
}

/** Checks that it is an address which can be asked. */
function urlOf(text: string, faults: ConfigFaults, path: Path): string {
  const fault = urlFault(text);
  if (fault !== null) faults.add(path, fault);
  return text;
}

/** Why it is no address which can be asked, as the end of a sentence; `null`: it is one. */
export function urlFault(text: string): string | null {
  if (URL.canParse(text) && /^https?:$/u.test(new URL(text).protocol)) return null;
  return `'${text}' is no address; write http://HOST:PORT/PATH or https://…`;
}

export function healthCheckOf(
  setting: NonNullable<WorkloadSetting['health']>,
  faults: ConfigFaults,
  path: Path,
): HealthCheck {
  const { http, tcp, exec } = setting;
  onlyOneOf({ http, tcp, exec }, faults, path);
  if (http !== undefined) return { kind: 'http', url: urlOf(http, faults, [...path, 'http']) };
  if (tcp !== undefined) return { kind: 'tcp', ...addressOf(tcp, faults, [...path, 'tcp']) };
  return { kind: 'exec', command: commandLineOf(exec ?? [''], faults, [...path, 'exec']) };
}

export function sessionsSourceOf(
  setting: NonNullable<WorkloadSetting['sessions']>,
  faults: ConfigFaults,
  path: Path,
): SessionsSource {
  const { http, pointer = '', tcpPort, exec, library } = setting;
  onlyOneOf({ http, tcpPort, exec, library }, faults, path);
  if (!isJsonPointer(pointer))
    faults.add([...path, 'pointer'], `'${pointer}' is no JSON pointer; write /players or /stats/players`);
  if (http !== undefined) return { kind: 'http', url: urlOf(http, faults, [...path, 'http']), pointer };
  if (setting.pointer !== undefined) faults.add([...path, 'pointer'], 'belongs to http only');
  if (library === true) return { kind: 'library' };
  if (tcpPort !== undefined) return { kind: 'tcp-port', port: tcpPort };
  return { kind: 'exec', command: commandLineOf(exec ?? [''], faults, [...path, 'exec']) };
}

/** Milliseconds that a hook may take: it asks for something, and does not wait until it is done. */
const HOOK_TIMEOUT_MS = 10_000;

export function hookOf(
  setting: HookSetting | undefined,
  driver: WorkloadSetting['driver'],
  faults: ConfigFaults,
  path: Path,
): Hook | null {
  if (setting === undefined) return null;
  const { http, signal, exec, library } = setting;
  onlyOneOf({ http, signal, exec, library }, faults, path);
  const timeoutMs = positiveDurationOf(setting.timeout, HOOK_TIMEOUT_MS, faults, [...path, 'timeout']);
  if (http !== undefined) {
    const { method = 'POST', url, body } = http;
    const text = body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body);
    return { kind: 'http', method, url: urlOf(url, faults, [...path, 'http', 'url']), body: text, timeoutMs };
  }
  if (library === true)
    return { kind: 'library', availability: path.at(-1) === 'undrain' ? 'active' : 'drain', timeoutMs };
  if (signal !== undefined) {
    if (driver === 'exec')
      faults.add([...path, 'signal'], `the driver ${driver} cannot send signals; use http or exec`);
    return { kind: 'signal', signal: signalOf(signal, faults, [...path, 'signal']), timeoutMs };
  }
  return { kind: 'exec', command: commandLineOf(exec ?? [''], faults, [...path, 'exec']), timeoutMs };
}

function signalOf(text: string, faults: ConfigFaults, path: Path): NodeJS.Signals {
  if (isSignal(text) && text !== 'SIGKILL' && text !== 'SIGSTOP') return text;
  faults.add(path, `'${text}' is no signal that a workload can take; write SIGUSR1, SIGUSR2 or SIGHUP`);
  return 'SIGUSR1';
}

function isSignal(text: string): text is NodeJS.Signals {
  return Object.hasOwn(constants.signals, text);
}

function onlyOneOf(settings: Readonly<Record<string, unknown>>, faults: ConfigFaults, path: Path): void {
  const names = Object.keys(settings);
  const given = names.filter((name) => settings[name] !== undefined);
  if (given.length === 0) faults.add(path, `needs one of ${names.join(', ')}`);
  if (given.length > 1) faults.add(path, `has ${given.join(' and ')}; only one of them is possible`);
}
