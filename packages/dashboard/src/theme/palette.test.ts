/** Both themes can be read: WCAG 2.2 AA, text 4.5 to 1, everything else that means something 3 to 1. */
import { expect, test } from 'vitest';
import { palettes } from './palette.ts';

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return channel <= 0.040_45 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

test.each(['light', 'dark'] as const)('%s', (name) => {
  const palette = palettes[name];
  const {
    ground,
    surface,
    raised,
    ink,
    inkSoft,
    accent,
    onAccent,
    calmCell,
    dangerGround,
    warningGround,
    danger,
    warning,
    success,
    status,
    onStatus,
  } = palette;
  const texts = { ink, inkSoft, accent, danger, warning, success, ...status };
  const tooFaint = Object.entries(texts).flatMap(([text, colour]) =>
    [ground, surface, raised]
      .filter((behind) => contrast(colour, behind) < 4.5)
      .map((behind) => `${text} ${colour} on ${behind}: ${contrast(colour, behind).toFixed(2)}`),
  );
  expect(tooFaint).toEqual([]);
  for (const behind of [dangerGround, warningGround]) expect(contrast(ink, behind)).toBeGreaterThanOrEqual(7);
  expect(contrast(onAccent, accent)).toBeGreaterThanOrEqual(4.5);
  expect(contrast(calmCell, surface)).toBeGreaterThanOrEqual(3);
  for (const colour of Object.values(status)) expect(contrast(onStatus, colour)).toBeGreaterThanOrEqual(4.5);
});
