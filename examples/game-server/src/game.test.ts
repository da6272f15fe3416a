/** The game's rules: the count breathes around its target, and a closed door stays closed until nobody is left. */
import { expect, test } from 'vitest';
import { Game, seededRandom } from './game.ts';

function played(game: Game, fromMs: number, toMs: number): void {
  for (let now = fromMs; now <= toMs; now += 100) game.pass(now);
}

test('fills within seconds and holds its players', () => {
  const game = new Game({ target: 12, playSeconds: 20 }, seededRandom(1), false, 0);
  played(game, 0, 1000);
  expect(game.players().length).toBeLessThan(12);
  played(game, 1000, 60_000);
  expect(game.players().length).toBeGreaterThan(8);
  expect(game.players().length).toBeLessThanOrEqual(12);
});

test('while draining nobody joins and the count falls to zero; then it opens again', () => {
  const game = new Game({ target: 12, playSeconds: 20 }, seededRandom(1), false, 0);
  played(game, 0, 30_000);
  expect(game.setDraining(true)).toBe(true);
  expect(game.join('ann', 1000, 30_000)).toBeNull();
  let before = game.players().length;
  for (let now = 30_000; now <= 61_000; now += 100) {
    game.pass(now);
    expect(game.players().length).toBeLessThanOrEqual(before);
    before = game.players().length;
  }
  expect(before).toBe(0);
  game.setDraining(false);
  played(game, 61_000, 70_000);
  expect(game.players().length).toBeGreaterThan(0);
});
