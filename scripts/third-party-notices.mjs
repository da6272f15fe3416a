/** The licences of what a bundle has in it of others: they ask to be told wherever their code is passed on. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = '/node_modules/';
const LICENCE_FILE = /^(licen[cs]e|copying|notice)/iu;

/**
 * One section a package: its name, its version, and the text of its licence.
 * @param output the chunks that rolldown wrote
 */
export function thirdPartyNotices(output) {
  const folders = new Set(output.flatMap((chunk) => chunk.moduleIds ?? []).flatMap(packageFolder));
  const sections = [...folders].map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    return `${name} ${version} (${license})\n\n${licenceTexts(folder)}`;
  });
  return `${sections.toSorted().join(`\n${'-'.repeat(80)}\n\n`)}`;
}

/** The folder of the package that a module belongs to, in a list; an empty one: it is ours. */
function packageFolder(moduleId) {
  const at = moduleId.lastIndexOf(FOLDER);
  if (at < 0) return [];
  const [scopeOrName, name] = moduleId.slice(at + FOLDER.length).split('/');
  const packageName = scopeOrName.startsWith('@') ? `${scopeOrName}/${name}` : scopeOrName;
  const folder = `${moduleId.slice(0, at)}${FOLDER}${packageName}`;
  return existsSync(join(folder, 'package.json')) ? [folder] : [];
}

function licenceTexts(folder) {
  const files = readdirSync(folder).filter((name) => LICENCE_FILE.test(name));
  if (files.length === 0) return 'Its package has no text of the licence.\n';
  return files.map((file) => `${readFileSync(join(folder, file), 'utf8').trim()}\n`).join('\n');
}
