/** There is no page at this address. */
import { Link } from 'react-router';
import { useWords } from '../i18n/words.tsx';
import { paths } from '../paths.ts';
import { Page } from '../ui/page.tsx';

export function NotFoundPage() {
  const words = useWords();
  return (
    <Page title={words.shell.notFoundTitle}>
      <Link to={paths.fleet()}>{words.shell.notFoundBack}</Link>
    </Page>
  );
}
