/** Runs tests with one of the planted bugs in the sources: the one that SLUICE_PLANTED_BUG names. */
import { fileURLToPath } from 'node:url';
import { defineConfig, mergeConfig } from 'vitest/config';
import base from '../../vitest.config.ts';
import { plantedBugs } from './planted-bugs.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const bug = plantedBugs.find(({ name }) => name === process.env['SLUICE_PLANTED_BUG']);
if (bug === undefined) throw new Error('SLUICE_PLANTED_BUG names no planted bug');

export default mergeConfig(
  base,
  defineConfig({
    root,
    plugins: [
      {
        name: 'planted-bug',
        enforce: 'pre',
        transform: (code, id) => {
          let planted = code;
          for (const { file, find, replace } of bug.edits) {
            if (!id.endsWith(file)) continue;
            // A bug that cannot be planted any more must be written anew, or it proves nothing.
            if (!planted.includes(find)) throw new Error(`planting '${bug.name}': ${file} has no '${find}'`);
            planted = planted.replace(find, () => replace);
          }
          return planted === code ? null : { code: planted, map: null };
        },
      },
    ],
  }),
);
