/** docs/drivers.md has every key of every driver, and only examples that an agent takes. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import Type from 'typebox';
import { loadAgentConfig } from '../config.ts';
import { WorkloadSetting } from '../config-file.ts';

const pages = await Promise.all(
  ['drivers.md', 'agent-configuration.md'].map((name) =>
    readFile(path.join(import.meta.dirname, '../../../../docs', name), 'utf8'),
  ),
);

const drivers = WorkloadSetting.anyOf.map((kind) => ({ name: kind.properties.driver.const, keys: kind.properties }));

test.each(drivers)('the driver $name', async ({ name, keys }) => {
  const section = new RegExp(`\\n## ${name}\\n([^]*?)\\n## `, 'u').exec(pages[0] ?? '')?.[1] ?? '';
  const missing = Object.keys(keys).filter(
    (key) => key !== 'driver' && !section.includes(`\`${key}\``) && pages[1]?.includes(`\`${key}`) !== true,
  );
  expect(missing).toEqual([]);
  const own = Object.keys(keys).filter((key) => Type.IsOptional(Reflect.get(keys, key)) === false && key !== 'driver');
  for (const key of own) expect(section).toContain(`\`${key}\``);

  const example = /```yaml\n([^]*?)```/u.exec(section)?.[1] ?? '';
  const directory = await mkdtemp(path.join(os.tmpdir(), 'sluice-doc-'));
  try {
    const file = path.join(directory, 'agent.yaml');
    await writeFile(file, `server: http://127.0.0.1:7070\nnode: { id: n }\n${example}`);
    expect((await loadAgentConfig(file, {})).workload.driver.kind).toBe(name);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});
