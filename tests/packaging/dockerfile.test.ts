/** The images: nothing builds them in these tests, so their Dockerfile is read, and what it says that a container does is done here. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { DockerfileParser, type Instruction } from 'dockerfile-ast';
import { validate } from 'dockerfile-utils';
import { describe, expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { FleetUnderTest } from '../end-to-end/fleet-under-test.ts';

const workspace = path.join(import.meta.dirname, '../..');
const text = readFileSync(path.join(workspace, 'Dockerfile'), 'utf8');
const dockerfile = DockerfileParser.parse(text);

interface Stage {
  readonly name: string;
  readonly image: string;
  readonly instructions: readonly Instruction[];
}

function stages(): readonly Stage[] {
  const found: { name: string; image: string; instructions: Instruction[] }[] = [];
  for (const from of dockerfile.getFROMs())
    found.push({ name: from.getBuildStage() ?? '', image: from.getImage() ?? '', instructions: [] });
  const starts = dockerfile.getFROMs().map((from) => from.getRange().start.line);
  for (const instruction of dockerfile.getInstructions()) {
    const { line } = instruction.getRange().start;
    found[starts.findLastIndex((start) => start <= line)]?.instructions.push(instruction);
  }
  return found;
}

/** What the last such instruction says of the stage, or of the one that it begins with. */
function saidOf(name: string, keyword: string): string | null {
  const stage = stages().find((one) => one.name === name);
  if (stage === undefined) return null;
  const own = stage.instructions.findLast((instruction) => instruction.getKeyword() === keyword);
  return own?.getRawArgumentsContent() ?? saidOf(stage.image, keyword);
}

function argumentVector(said: string | null): readonly string[] {
  const value: unknown = JSON.parse(said ?? 'null');
  if (!Array.isArray(value)) throw new Error(`${said} is no argument vector: a shell would stand between`);
  return value.map(String);
}

test('the linter finds nothing', () => {
  expect(validate(text)).toEqual([]);
});

test('the linter does find what is wrong', () => {
  expect(validate('FROM node:20\nEXPOSE seven\nWORKDIR here\n')).not.toEqual([]);
});

test('every image that it begins with has an exact version, the Node.js that is tested at least', () => {
  const version = /^ARG NODE_VERSION=(?<version>\d+\.\d+\.\d+)$/mu.exec(text)?.groups?.['version'] ?? '';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = (/\d+\.\d+/u.exec(manifest.engines.node)?.[0] ?? '')
    .split('.')
    .map(Number);
  expect(major * 1000 + minor).toBeGreaterThanOrEqual(oldestMajor * 1000 + oldestMinor);
  const names = stages().map(({ name }) => name);
  for (const { image } of stages().filter((stage) => !names.includes(stage.image)))
    expect(image).toMatch(/^node:\$\{NODE_VERSION\}-bookworm(-slim)?$/u);
});

describe.each(['server', 'agent'])('the image of the %s', (target) => {
  test('runs as somebody who is not root', () => {
    expect(saidOf(target, 'USER')).toMatch(/^[1-9]\d*:[1-9]\d*$/u);
  });

  test('starts the command of the package without a shell, so that signals reach it', () => {
    const [program, file = '', ...rest] = argumentVector(saidOf(target, 'ENTRYPOINT'));
    expect([program, ...rest]).toEqual(['node', target]);
    expect(file).toBe(`/opt/sluice/lib/node_modules/sluice/${manifest.bin.sluice}`);
    const flags = saidOf(target, 'CMD');
    if (flags !== null) expect(argumentVector(flags)).toEqual(['--config', '/etc/sluice/agent.yaml']);
  });

  test('keeps its state in a volume', () => {
    expect(argumentVector(saidOf(target, 'VOLUME'))).toEqual([saidOf(target, 'WORKDIR')]);
  });
});

test('has nothing from outside but the checkout, and no secret', () => {
  const instructions = dockerfile.getInstructions();
  expect(instructions.filter((instruction) => instruction.getKeyword() === 'ADD')).toEqual([]);
  expect(text).not.toMatch(/token|password|secret|curl|wget/iu);
  expect(readFileSync(path.join(workspace, '.dockerignore'), 'utf8').split('\n')).toEqual(
    expect.arrayContaining(['.git', '**/node_modules', '**/dist', '**/.env', 'sluice-data']),
  );
});

test('the health check of the server tells a server that answers from none', { timeout: 30_000 }, async () => {
  const said = saidOf('server', 'HEALTHCHECK') ?? '';
  const [node, ...args] = argumentVector(said.slice(said.indexOf('[')));
  expect(node).toBe('node');
  const fleet = await FleetUnderTest.start();
  const check = () =>
    spawnSync(
      process.execPath,
      args.map((word) => word.replace('http://127.0.0.1:7070', fleet.url)),
      { timeout: 10_000 },
    ).status;
  try {
    expect(check()).toBe(0);
    await fleet.stopServer();
    expect(check()).toBe(1);
  } finally {
    await fleet.stop();
  }
});
