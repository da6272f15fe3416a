/** The files of deploy/, as text and as what they say. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse, parseAllDocuments } from 'yaml';

export const WORKSPACE = path.join(import.meta.dirname, '../..');
export const DEPLOY_FOLDER = path.join(WORKSPACE, 'deploy');

/** Seconds that a server takes at most to hand its agents over. */
export const HAND_OVER_SECONDS = 60;

export type Section = Readonly<Record<string, unknown>>;

export function deployFile(name: string): string {
  return readFileSync(path.join(DEPLOY_FOLDER, name), 'utf8');
}

export function deployFileExists(name: string): boolean {
  return existsSync(path.join(DEPLOY_FOLDER, name));
}

/** With its anchors and merged keys resolved, as Docker Compose reads it. */
export function composeFile(): unknown {
  return parse(deployFile('compose.yaml'), { merge: true });
}

export function kubernetesObjects(): readonly Section[] {
  return parseAllDocuments(deployFile('kubernetes.yaml')).map((document) => {
    if (document.errors.length > 0) throw new Error('reading kubernetes.yaml', { cause: document.errors[0] });
    return sectionAt(document.toJS());
  });
}

/** What stands at the end of these keys; nothing there: an empty section. */
export function sectionAt(value: unknown, ...keys: readonly (string | number)[]): Section {
  const found = valueAt(value, ...keys);
  return isSection(found) ? found : {};
}

export function listAt(value: unknown, ...keys: readonly (string | number)[]): readonly unknown[] {
  const found = valueAt(value, ...keys);
  return Array.isArray(found) ? found : [];
}

export function valueAt(value: unknown, ...keys: readonly (string | number)[]): unknown {
  let found = value;
  for (const key of keys) found = typeof found === 'object' && found !== null ? Reflect.get(found, key) : undefined;
  return found;
}

function isSection(value: unknown): value is Section {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
