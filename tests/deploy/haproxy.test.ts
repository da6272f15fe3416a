/** HAProxy's configuration in deploy/, as HAProxy itself reads it. What it does with real servers: three-servers.test.ts. */
import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isInstalled } from '../started-program.ts';
import { composeFile, deployFile, sectionAt } from './deploy-files.ts';
import { HaproxyOfDeploy } from './haproxy-of-deploy.ts';

const hasHaproxy = isInstalled('haproxy');

test('it knows the servers of the compose file, and no others, each asked for both: whether it is ready, whether it is alive', () => {
  const named = [...deployFile('haproxy.cfg').matchAll(/^ {2}server (?<name>\S+) (?<host>\S+):7070$/gmu)];
  const services = Object.keys(sectionAt(composeFile(), 'services')).filter((name) => name.startsWith('server-'));
  expect(named.map(({ groups }) => groups?.['name'])).toEqual([...services, ...services]);
  expect(named.map(({ groups }) => groups?.['host'])).toEqual([...services, ...services]);
});

describe.skipIf(!hasHaproxy)('haproxy -c', () => {
  let files: HaproxyOfDeploy;
  beforeAll(async () => {
    files = await HaproxyOfDeploy.prepare();
  });
  afterAll(() => files.remove());

  const checked = async (text: string) => {
    const file = path.join(files.directory, 'checked.cfg');
    await writeFile(file, text);
    const { status, stdout, stderr } = spawnSync('haproxy', ['-c', '-f', file], {
      env: { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin` },
      encoding: 'utf8',
    });
    return { status, said: `${stdout}${stderr}` };
  };

  test('takes it, and warns of nothing', async () => {
    const { status, said } = await checked(files.withCertificate());
    expect({ status, said }).toMatchObject({ status: 0 });
    // That there is nobody of these names here is all that it may say.
    const unlike = said
      .split('\n')
      .filter((line) => /WARNING|ALERT/u.test(line) && !/could not resolve address 'server-\d'/u.test(line));
    expect(unlike).toEqual([]);
  });

  test('does find what is wrong', async () => {
    const { status, said } = await checked(files.withCertificate().replace('balance leastconn', 'balance leastcon'));
    expect({ status, said }).toEqual({ status: 1, said: expect.stringContaining('leastcon') });
  });
});
