/** Who is here, what they may do, language, colours, keys, and the way out. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { queryKeys } from '../api/query-keys.ts';
import { logOut } from '../api/session.ts';
import { LANGUAGE_NAMES, LANGUAGES } from '../i18n/languages.ts';
import { useLanguage } from '../i18n/words.tsx';
import { THEME_CHOICES, useTheme } from '../theme/theme.tsx';
import { Menu, type MenuItem } from '../ui/menu.tsx';
import { useSession } from './session-context.tsx';

export function AccountMenu({ showKeys }: { readonly showKeys: () => void }) {
  const { words, language, choose: chooseLanguage } = useLanguage();
  const theme = useTheme();
  const session = useSession();
  const queryClient = useQueryClient();
  const leave = useMutation({
    mutationFn: () => logOut(session.csrfToken),
    onSuccess: (providerAddress) => {
      if (providerAddress === null) void queryClient.resetQueries({ queryKey: queryKeys.session });
      else location.assign(providerAddress);
    },
  });
  const role = words.shell.role[session.role];
  const items: readonly MenuItem[] = [
    ...(session.selector === null ? [] : [{ kind: 'text' as const, label: words.shell.onlyNodes(session.selector) }]),
    {
      kind: 'choice',
      label: words.shell.language,
      options: LANGUAGES.map((each) => ({
        label: LANGUAGE_NAMES[each],
        isChosen: each === language,
        choose: () => chooseLanguage(each),
      })),
    },
    {
      kind: 'choice',
      label: words.shell.theme,
      options: THEME_CHOICES.map((each) => ({
        label: words.shell.themes[each],
        isChosen: each === theme.choice,
        choose: () => theme.choose(each),
      })),
    },
    { kind: 'act', label: words.shell.keys, extra: '?', act: showKeys },
    session.csrfToken === null
      ? { kind: 'text', label: words.shell.noLogin }
      : { kind: 'act', label: words.shell.logOut, act: () => leave.mutate() },
  ];
  return <Menu label={words.shell.account(session.name, role)} items={items} />;
}
