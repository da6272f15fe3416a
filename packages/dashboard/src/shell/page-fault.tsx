/** A page that broke: what everybody needs to go on, and what whoever mends it needs to know. */
import { Alert, Button } from 'antd';
import { useRouteError } from 'react-router';
import { problemOf } from '../api/problem-error.ts';
import { useWords } from '../i18n/words.tsx';
import { Page } from '../ui/page.tsx';

export function PageFault() {
  const words = useWords();
  const error = useRouteError();
  return (
    <Page title={words.shell.pageFault}>
      <Alert
        type="error"
        title={words.shell.pageFaultWhatToDo}
        description={<code>{problemOf(error).detail}</code>}
        action={<Button onClick={() => location.reload()}>{words.shell.reload}</Button>}
      />
    </Page>
  );
}
