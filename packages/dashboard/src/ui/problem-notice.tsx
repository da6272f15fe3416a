/** What went wrong, and what to do; where the server told its request's id, that too. */
import { Alert, Button } from 'antd';
import { problemOf } from '../api/problem-error.ts';
import { useWords } from '../i18n/words.tsx';

export function ProblemNotice({ error, retry }: { readonly error: unknown; readonly retry?: () => void }) {
  const words = useWords();
  const { code, detail, whatToDo, requestId } = problemOf(error);
  return (
    <Alert
      role="alert"
      type="error"
      showIcon
      title={detail}
      description={
        <>
          <p>
            {words.shell.whatToDo} {words.problems.whatToDo(code, whatToDo)}
          </p>
          {requestId !== null && <p>{words.shell.requestId(requestId)}</p>}
        </>
      }
      action={retry === undefined ? undefined : <Button onClick={retry}>{words.shell.tryAgain}</Button>}
    />
  );
}
