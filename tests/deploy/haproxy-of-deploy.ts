/** The HAProxy of deploy/: its very configuration, but for the addresses and the certificate of a test. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../end-to-end/fleet-under-test.ts';
import { HaproxyUnderTest, socketIn } from '../load-balancers/haproxy.ts';
import { issue, newAuthority } from '../tls/certificates.ts';
import { deployFile } from './deploy-files.ts';

/** Everything that HAProxy's configuration needs beside it. */
export class HaproxyOfDeploy {
  readonly directory: string;
  /** The certificate of the authority that agents and clients trust. */
  readonly authority: string;
  readonly #certificateFile: string;

  private constructor(directory: string, authority: string, certificateFile: string) {
    this.directory = directory;
    this.authority = authority;
    this.#certificateFile = certificateFile;
  }

  static async prepare(): Promise<HaproxyOfDeploy> {
    const directory = await mkdtemp(path.join(tmpdir(), 'sluice-deploy-'));
    const authority = await newAuthority('the authority');
    const { cert, key } = await issue(authority, 'sluice.example');
    const certificateFile = path.join(directory, 'sluice.pem');
    await writeFile(certificateFile, `${cert.trim()}\n${key}`, { mode: 0o600 });
    await writeFile(path.join(directory, 'authority.crt'), authority.cert);
    return new HaproxyOfDeploy(directory, authority.cert, certificateFile);
  }

  get authorityFile(): string {
    return path.join(this.directory, 'authority.crt');
  }

  /** The configuration with only the certificate put in, and nothing else changed. */
  withCertificate(): string {
    return replaced(deployFile('haproxy.cfg'), '/run/secrets/sluice.pem', this.#certificateFile);
  }

  /** @param servers The port of each server on this machine, in the order of their names. */
  async start(servers: readonly number[]): Promise<HaproxyUnderTest> {
    const port = await freePort();
    let text = replaced(this.withCertificate(), 'bind :7070', `bind 127.0.0.1:${port}`);
    text = replaced(text, 'bind 127.0.0.1:8404', `bind 127.0.0.1:${await freePort()}`);
    text = replaced(text, '\nglobal\n', `\nglobal\n  stats socket ${socketIn(this.directory)} mode 600 level admin\n`);
    for (const [index, serverPort] of servers.entries())
      text = replaced(text, `server-${index + 1}:7070`, `127.0.0.1:${serverPort}`);
    return HaproxyUnderTest.startConfigured(this.directory, port, text);
  }

  async remove(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }
}

/** @throws when it is not there: a test must not run on a configuration that it does not know. */
function replaced(text: string, from: string, to: string): string {
  if (!text.includes(from))
    throw new Error(`deploy/haproxy.cfg does not say '${from}'; put the test's own there by another word`);
  return text.replaceAll(from, to);
}
