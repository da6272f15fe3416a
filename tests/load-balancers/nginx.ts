/** A real nginx in front of a fleet under test, and the template from which `sluice render` writes its upstream. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { freePort } from '../end-to-end/fleet-under-test.ts';
import { waitFor } from '../wait-for.ts';
import { type StartedProgram, startProgram } from '../started-program.ts';

/** The one in docs/load-balancers.md. Nothing hides a failure: no other server for a request that failed. */
const TEMPLATE = `upstream app {
{{#nodes}}
  server {{address}} max_fails=0; # {{id}}
{{/nodes}}
  keepalive 16;
}
`;

export class NginxUnderTest {
  readonly port: number;
  readonly template: string;
  readonly upstream: string;
  readonly #directory: string;
  #process: StartedProgram | null = null;

  private constructor(port: number, directory: string) {
    this.port = port;
    this.#directory = directory;
    this.template = path.join(directory, 'upstream.mustache');
    this.upstream = path.join(directory, 'upstream.conf');
  }

  /** Written, not started: there is no upstream yet. */
  static async prepare(parent: string): Promise<NginxUnderTest> {
    const directory = path.join(parent, 'nginx');
    await mkdir(directory);
    const nginx = new NginxUnderTest(await freePort(), directory);
    await writeFile(nginx.template, TEMPLATE);
    await writeFile(nginx.#config, configuration(nginx.port, directory));
    return nginx;
  }

  get #config(): string {
    return path.join(this.#directory, 'nginx.conf');
  }

  get reload(): readonly string[] {
    return ['nginx', '-p', this.#directory, '-c', this.#config, '-s', 'reload'];
  }

  async startProcess(): Promise<void> {
    const started = startProgram('nginx', ['-p', this.#directory, '-c', this.#config, '-g', 'daemon off;']);
    this.#process = started;
    await waitFor('nginx to answer', () => fetch(`http://127.0.0.1:${this.port}/work?ms=0`).catch(() => undefined), {
      seen: started.output,
    });
  }

  output(): string {
    return this.#process?.output() ?? '';
  }

  async stop(): Promise<void> {
    await this.#process?.stop();
  }
}

function configuration(port: number, directory: string): string {
  const bodies = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `pid ${directory}/nginx.pid;
error_log stderr warn;
worker_processes 2;
events {}
http {
  access_log off;
  ${bodies.map((name) => `${name}_temp_path ${directory}/${name};`).join(' ')}
  include ${directory}/upstream.conf;
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://app;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_next_upstream off;
    }
  }
}
`;
}
