/**
 * `npm run pack:libraries`: writes the libraries that programs of others import, as tarballs for a registry, into dist/.
 * A room that a library needs is not published: what is built of it goes into the library's own tarball.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, posix, relative, sep } from 'node:path';
import { build, install } from './install-and-build.mjs';
import { workspaceDirectory } from './run-step.mjs';

const OUTPUT = join(workspaceDirectory, 'dist');

/** Each library, and the rooms that go into it. */
const LIBRARIES = [
  { name: 'client', rooms: ['contract'] },
  { name: 'workload', rooms: [] },
];

/** Fields of the room's manifest that are a library's as well. */
const KEPT = ['name', 'version', 'description', 'keywords', 'license', 'type', 'engines'];

if (!(await install()) || !(await build(LIBRARIES.map(({ name }) => `packages/${name}`)))) process.exit(1);
for (const library of LIBRARIES) console.log(pack(library));

/** @returns The tarball's path. */
function pack({ name, rooms }) {
  const folder = join(OUTPUT, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  copyBuilt(name, join(folder, 'dist'), (file) => (room) => {
    if (!rooms.includes(room)) throw new Error(`${name} imports the room ${room}, which does not go into it`);
    const path = posix.relative(dirname(file).split(sep).join(posix.sep), `rooms/${room}/index.js`);
    return path.startsWith('.') ? path : `./${path}`;
  });
  for (const room of rooms)
    copyBuilt(room, join(folder, 'dist', 'rooms', room), () => (other) => {
      throw new Error(`${room} imports the room ${other}`);
    });
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifestOf(name, rooms), null, 2)}\n`);
  cpSync(join(workspaceDirectory, 'packages', name, 'README.md'), join(folder, 'README.md'));
  cpSync(join(workspaceDirectory, 'LICENSE'), join(folder, 'LICENSE'));
  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', OUTPUT], {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
  );
  return join(OUTPUT, packed.filename);
}

/** Copies what a room was built to; its imports of other rooms lead to where `pathFrom` says, and those of its own files to JavaScript. */
function copyBuilt(room, target, pathFrom) {
  const source = join(workspaceDirectory, 'packages', room, 'dist');
  for (const file of builtFilesOf(room)) {
    const text = readFileSync(join(source, file), 'utf8')
      .replaceAll(
        /(from |import\()'@sluice\/([\w-]+)'/gu,
        (_all, before, other) => `${before}'${pathFrom(file)(other)}'`,
      )
      .replaceAll(/((?:from |import\()'\.{1,2}\/[^']+)\.ts'/gu, "$1.js'")
      .replace(/\n\/\/# sourceMappingURL=.*\s*$/u, '\n');
    mkdirSync(dirname(join(target, file)), { recursive: true });
    writeFileSync(join(target, file), text);
  }
}

/** JavaScript and types of the sources that there are: what was built of a file that is gone stays in dist. */
function builtFilesOf(room) {
  const source = join(workspaceDirectory, 'packages', room, 'src');
  return readdirSync(source, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts'))
    .map((entry) => relative(source, join(entry.parentPath, entry.name)).replace(/\.ts$/u, ''))
    .flatMap((stem) => [`${stem}.js`, `${stem}.d.ts`]);
}

function manifestOf(name, rooms) {
  const manifest = readManifest(name);
  const dependencies = Object.assign({}, ...[name, ...rooms].map((room) => readManifest(room).dependencies ?? {}));
  const foreign = Object.entries(dependencies).filter(([dependency]) => !dependency.startsWith('@sluice/'));
  return {
    ...Object.fromEntries(KEPT.filter((key) => key in manifest).map((key) => [key, manifest[key]])),
    exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' }, './package.json': './package.json' },
    sideEffects: false,
    files: ['dist'],
    ...(foreign.length === 0 ? {} : { dependencies: Object.fromEntries(foreign) }),
    publishConfig: { access: 'public' },
  };
}

function readManifest(name) {
  return JSON.parse(readFileSync(join(workspaceDirectory, 'packages', name, 'package.json'), 'utf8'));
}
