/** Who is here, what they may do, language, colours, keys, and the way out. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button, Dropdown } from 'antd';
import { queryKeys } from '../api/query-keys.ts';
import { logOut } from '../api/session.ts';
import { LANGUAGE_NAMES, LANGUAGES } from '../i18n/languages.ts';
import { useLanguage } from '../i18n/words.tsx';
import { THEME_CHOICES, useTheme } from '../theme/theme.tsx';
import styles from './account-menu.module.css';
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
  const items = [
    ...(session.selector === null
      ? []
      : [{ key: 'selector', label: words.shell.onlyNodes(session.selector), disabled: true }]),
    {
      key: 'language',
      type: 'group' as const,
      label: words.shell.language,
      children: LANGUAGES.map((each) => ({
        key: each,
        label: `${each === language ? '✓ ' : ''}${LANGUAGE_NAMES[each]}`,
        onClick: () => chooseLanguage(each),
      })),
    },
    {
      key: 'theme',
      type: 'group' as const,
      label: words.shell.theme,
      children: THEME_CHOICES.map((each) => ({
        key: each,
        label: `${each === theme.choice ? '✓ ' : ''}${words.shell.themes[each]}`,
        onClick: () => theme.choose(each),
      })),
    },
    { key: 'divider', type: 'divider' as const },
    { key: 'keys', label: words.shell.keys, extra: '?', onClick: showKeys },
    session.csrfToken === null
      ? { key: 'no-login', label: words.shell.noLogin, disabled: true }
      : { key: 'log-out', label: words.shell.logOut, onClick: () => leave.mutate() },
  ];
  return (
    <Dropdown menu={{ items }} trigger={['click']} placement="bottomRight">
      <Button type="text" className={styles['account'] ?? ''}>
        {words.shell.account(session.name, role)}
      </Button>
    </Dropdown>
  );
}
