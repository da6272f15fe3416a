/**
 * `npm run -s sbom`: the bill of materials (CycloneDX) of everything that a server, an agent or the command line runs with.
 * `npm sbom --omit dev` would leave out what a test of the workspace needs as well, such as ws.
 */
import { execFileSync } from 'node:child_process';
import { workspaceDirectory } from './run-step.mjs';

const SBOM_BYTES_MAX = 64 * 1024 * 1024;

const isForRunning = ({ properties = [] }) =>
  !properties.some(({ name, value }) => name === 'cdx:npm:package:development' && value === 'true');

const bill = JSON.parse(
  execFileSync('npm', ['sbom', '--sbom-format', 'cyclonedx'], {
    cwd: workspaceDirectory,
    encoding: 'utf8',
    maxBuffer: SBOM_BYTES_MAX,
    stdio: ['ignore', 'pipe', 'ignore'],
  }),
);
const components = bill.components.filter(isForRunning);
const kept = new Set([bill.metadata.component['bom-ref'], ...components.map((component) => component['bom-ref'])]);
const dependencies = bill.dependencies
  .filter(({ ref }) => kept.has(ref))
  .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((other) => kept.has(other)) }));
console.log(JSON.stringify({ ...bill, components, dependencies }, null, 2));
