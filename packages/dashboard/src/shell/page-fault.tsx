/** A page that broke: what everybody needs to go on, and what whoever mends it needs to know. */
import { useRouteError } from 'react-router';
import { problemOf } from '../api/problem-error.ts';
import { useWords } from '../i18n/words.tsx';
import { Notice } from '../ui/notice.tsx';
import { Page } from '../ui/page.tsx';
import { PlainButton } from '../ui/plain-button.tsx';

export function PageFault() {
  const words = useWords();
  const error = useRouteError();
  return (
    <Page title={words.shell.pageFault}>
      <Notice
        type="error"
        title={words.shell.pageFaultWhatToDo}
        description={<code>{problemOf(error).detail}</code>}
        action={<PlainButton onClick={() => location.reload()}>{words.shell.reload}</PlainButton>}
      />
    </Page>
  );
}
