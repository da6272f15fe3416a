/** The colours of both themes. Every text colour keeps 4.5 to 1 on `surface` and on `ground`; a test holds it. */
import type { NodeStatus } from '@sluice/contract';

export type ThemeName = 'light' | 'dark';

export interface Palette {
  /** Behind everything. */
  readonly ground: string;
  /** Behind what belongs together. */
  readonly surface: string;
  /** Under the pointer, and what is selected. */
  readonly raised: string;
  readonly line: string;
  readonly ink: string;
  readonly inkSoft: string;
  readonly accent: string;
  /** On `accent`. */
  readonly onAccent: string;
  readonly danger: string;
  readonly warning: string;
  readonly success: string;
  /** Behind a notice of something wrong, or of something to mind. */
  readonly dangerGround: string;
  readonly warningGround: string;
  /** A cell of the map that needs nobody: seen, and not in the way of those that do. */
  readonly calmCell: string;
  /** Words and cells; what is drawn upon a cell is `onStatus`. */
  readonly status: Readonly<Record<NodeStatus, string>>;
  readonly onStatus: string;
}

export const palettes: Readonly<Record<ThemeName, Palette>> = {
  light: {
    ground: '#f3f5f7',
    surface: '#ffffff',
    raised: '#e6edf1',
    line: '#cfd6dd',
    ink: '#17212b',
    inkSoft: '#4d5a66',
    accent: '#0b6078',
    onAccent: '#ffffff',
    danger: '#b3202f',
    warning: '#8a5300',
    success: '#17713f',
    dangerGround: '#fdeced',
    warningGround: '#fbf2df',
    calmCell: '#57a17c',
    status: {
      active: '#1b7a48',
      draining: '#8a5300',
      drained: '#2a5db0',
      restarting: '#7434ad',
      unhealthy: '#b04300',
      offline: '#b3202f',
    },
    onStatus: '#ffffff',
  },
  dark: {
    ground: '#10161b',
    surface: '#182027',
    raised: '#25303a',
    line: '#36424d',
    ink: '#e6ecf1',
    inkSoft: '#a9b6c1',
    accent: '#5ec4dc',
    onAccent: '#08151a',
    danger: '#ff8f98',
    warning: '#e9b44c',
    success: '#55c88c',
    dangerGround: '#3a2327',
    warningGround: '#352c1a',
    calmCell: '#3a8561',
    status: {
      active: '#4bbd82',
      draining: '#e9b44c',
      drained: '#82adff',
      restarting: '#c79bff',
      unhealthy: '#ff9f5a',
      offline: '#ff8f98',
    },
    onStatus: '#0b1116',
  },
};

/** As CSS variables: `--ground`, `--ink-soft`, `--status-active`. */
export function variablesOf(palette: Palette): readonly (readonly [name: string, colour: string])[] {
  const { status, ...flat } = palette;
  const plain = Object.entries(flat).map(([name, colour]) => [`--${kebab(name)}`, colour] as const);
  return [...plain, ...Object.entries(status).map(([name, colour]) => [`--status-${name}`, colour] as const)];
}

function kebab(name: string): string {
  return name.replaceAll(/[A-Z]/gu, (letter) => `-${letter.toLowerCase()}`);
}
