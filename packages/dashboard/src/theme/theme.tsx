/** Light or dark: as the system says, or as the person chose; one palette for our own styles and for antd's. */
import { createContext, type ReactNode, use, useLayoutEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { remember, remembered } from '../ui/remembered.ts';
import { type Palette, palettes, type ThemeName, variablesOf } from './palette.ts';

export const THEME_CHOICES = ['system', 'light', 'dark'] as const;
export type ThemeChoice = (typeof THEME_CHOICES)[number];

interface Theme {
  readonly choice: ThemeChoice;
  readonly choose: (choice: ThemeChoice) => void;
  readonly name: ThemeName;
  readonly palette: Palette;
}

const ThemeContext = createContext<Theme>({
  choice: 'system',
  choose: () => undefined,
  name: 'light',
  palette: palettes.light,
});

const systemIsDark = matchMedia('(prefers-color-scheme: dark)');

export function ThemeProvider({ children }: { readonly children: ReactNode }) {
  const [choice, setChoice] = useState<ThemeChoice>(() => choiceIn(remembered('theme')));
  const isDark = useSyncExternalStore(followSystem, () => systemIsDark.matches);
  const name: ThemeName = choice === 'system' ? (isDark ? 'dark' : 'light') : choice;
  // Before the first picture: nobody sees the other theme flash by.
  useLayoutEffect(() => {
    const { style, dataset } = document.documentElement;
    for (const [variable, colour] of variablesOf(palettes[name])) style.setProperty(variable, colour);
    style.colorScheme = name;
    dataset['theme'] = name;
  }, [name]);
  const theme = useMemo<Theme>(
    () => ({
      choice,
      choose: (chosen) => {
        remember('theme', chosen);
        setChoice(chosen);
      },
      name,
      palette: palettes[name],
    }),
    [choice, name],
  );
  return <ThemeContext value={theme}>{children}</ThemeContext>;
}

export function useTheme(): Theme {
  return use(ThemeContext);
}

function choiceIn(text: string | null): ThemeChoice {
  return THEME_CHOICES.find((choice) => choice === text) ?? 'system';
}

function followSystem(listener: () => void): () => void {
  systemIsDark.addEventListener('change', listener);
  return () => systemIsDark.removeEventListener('change', listener);
}
