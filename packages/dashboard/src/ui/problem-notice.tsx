/** What went wrong, and what to do; where the server told its request's id, that too. */
import { problemOf } from '../api/problem-error.ts';
import { useWords } from '../i18n/words.tsx';
import { Notice } from './notice.tsx';
import { PlainButton } from './plain-button.tsx';

export function ProblemNotice({ error, retry }: { readonly error: unknown; readonly retry?: () => void }) {
  const words = useWords();
  const { code, detail, whatToDo, requestId } = problemOf(error);
  return (
    <Notice
      type="error"
      title={detail}
      description={
        <>
          <p>
            {words.shell.whatToDo} {words.problems.whatToDo(code, whatToDo)}
          </p>
          {requestId !== null && <p>{words.shell.requestId(requestId)}</p>}
        </>
      }
      action={retry === undefined ? undefined : <PlainButton onClick={retry}>{words.shell.tryAgain}</PlainButton>}
    />
  );
}
