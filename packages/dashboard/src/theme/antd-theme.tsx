/**
 * Antd in our colours and in the reader's language, around what is made of it: every page but the fleet's. What comes with the first
 * load does without antd, whose code and styles take longer than the fleet itself.
 */
import { ConfigProvider, theme as antdTheme, type ThemeConfig } from 'antd';
import english from 'antd/es/locale/en_US';
import chinese from 'antd/es/locale/zh_CN';
import type { ReactNode } from 'react';
import { Outlet } from 'react-router';
import { useLanguage } from '../i18n/words.tsx';
import { palettes, type ThemeName } from './palette.ts';
import { useTheme } from './theme.tsx';

const LOCALES = { en: english, 'zh-CN': chinese } as const;

/** The nonce of this page's policy, which antd's styles must carry. Empty: the page was not given out by a server of ours. */
const nonce = document.querySelector<HTMLMetaElement>('meta[property=csp-nonce]')?.nonce ?? '';

export function AntdTheme({ children }: { readonly children: ReactNode }) {
  const { language } = useLanguage();
  const { name } = useTheme();
  return (
    <ConfigProvider
      theme={antdThemeOf(name)}
      locale={LOCALES[language]}
      csp={{ nonce }}
      getPopupContainer={popupPlace}
      button={{ autoInsertSpace: false }}
    >
      {children}
    </ConfigProvider>
  );
}

/** What stands around the pages that are made of antd, in the tree of pages. */
export function AntdPages() {
  return (
    <AntdTheme>
      <Outlet />
    </AntdTheme>
  );
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
