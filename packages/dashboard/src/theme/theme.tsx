/** Light or dark: as the system says, or as the person chose; one palette for our own styles and for antd's. */
import { ConfigProvider, theme as antdTheme, type ThemeConfig } from 'antd';
import { createContext, type ReactNode, use, useLayoutEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { useLanguage } from '../i18n/words.tsx';
import { remember, remembered } from '../ui/remembered.ts';
import { type Palette, palettes, type ThemeName, variablesOf } from './palette.ts';

export const THEME_CHOICES = ['system', 'light', 'dark'] as const;
export type ThemeChoice = (typeof THEME_CHOICES)[number];

interface Theme {
  readonly choice: ThemeChoice;
  readonly choose: (choice: ThemeChoice) => void;
  readonly palette: Palette;
}

const ThemeContext = createContext<Theme>({ choice: 'system', choose: () => undefined, palette: palettes.light });

const systemIsDark = matchMedia('(prefers-color-scheme: dark)');

/** The nonce of this page's policy, which antd's styles must carry. Empty: the page was not given out by a server of ours. */
const nonce = document.querySelector<HTMLMetaElement>('meta[property=csp-nonce]')?.nonce ?? '';

export function ThemeProvider({ children }: { readonly children: ReactNode }) {
  const { antd } = useLanguage();
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
      palette: palettes[name],
    }),
    [choice, name],
  );
  return (
    <ThemeContext value={theme}>
      <ConfigProvider
        theme={antdThemeOf(name)}
        locale={antd}
        csp={{ nonce }}
        getPopupContainer={popupPlace}
        button={{ autoInsertSpace: false }}
      >
        {children}
      </ConfigProvider>
    </ThemeContext>
  );
}

export function useTheme(): Theme {
  return use(ThemeContext);
}

/** What lies over the page hides what is beside it, popups too: those of a dialog belong into it. */
function popupPlace(trigger?: HTMLElement): HTMLElement {
  return trigger?.closest('dialog') ?? document.body;
}

function antdThemeOf(name: ThemeName): ThemeConfig {
  const palette = palettes[name];
  return {
    algorithm: name === 'dark' ? antdTheme.darkAlgorithm : antdTheme.defaultAlgorithm,
    token: {
      colorPrimary: palette.accent,
      colorLink: palette.accent,
      colorError: palette.danger,
      colorWarning: palette.warning,
      colorSuccess: palette.success,
      colorInfo: palette.accent,
      colorInfoBg: palette.ground,
      colorInfoBorder: palette.line,
      colorErrorBg: palette.dangerGround,
      colorErrorBorder: palette.danger,
      colorWarningBg: palette.warningGround,
      colorWarningBorder: palette.warning,
      colorBgBase: palette.surface,
      colorBgLayout: palette.ground,
      colorBgContainer: palette.surface,
      colorText: palette.ink,
      colorTextSecondary: palette.inkSoft,
      colorTextTertiary: palette.inkSoft,
      colorTextDescription: palette.inkSoft,
      colorTextPlaceholder: palette.inkSoft,
      colorBorder: palette.line,
      colorTextLightSolid: palette.onAccent,
      borderRadius: 5,
      fontSize: 14,
      controlHeight: 28,
      fontFamily: 'inherit',
      // Nothing moves for the sake of it.
      motion: false,
    },
    components: { Button: { primaryShadow: 'none', dangerShadow: 'none', defaultShadow: 'none' } },
  };
}

function choiceIn(text: string | null): ThemeChoice {
  return THEME_CHOICES.find((choice) => choice === text) ?? 'system';
}

function followSystem(listener: () => void): () => void {
  systemIsDark.addEventListener('change', listener);
  return () => systemIsDark.removeEventListener('change', listener);
}
