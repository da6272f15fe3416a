/** What of the agent's environment reaches what it runs. */
import { expect, test } from 'vitest';
import { chosenEnvironment, inheritedEnvironment } from './workload-environment.ts';

const own = { PATH: '/bin', HOME: '/root', SLUICE_JOIN_TOKEN: 'slj_secret', CI_TOKEN: 'slj_secret', EMPTY: undefined };

test('nothing of Sluice, and no secret of its own under another name', () => {
  expect(inheritedEnvironment(own, ['slj_secret'])).toEqual({ PATH: '/bin', HOME: '/root' });
  expect(inheritedEnvironment(own)).toEqual({ PATH: '/bin', HOME: '/root', CI_TOKEN: 'slj_secret' });
});

test('all of the rest, what is named, or nothing', () => {
  const inherited = inheritedEnvironment(own, ['slj_secret']);
  expect(chosenEnvironment(inherited, 'all')).toEqual(inherited);
  expect(chosenEnvironment(inherited, ['PATH', 'LANG'])).toEqual({ PATH: '/bin' });
  expect(chosenEnvironment(inherited, [])).toEqual({});
});
