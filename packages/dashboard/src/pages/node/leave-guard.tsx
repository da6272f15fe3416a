/** Asks before a page is left on which something was typed that is not saved. */
import { Button } from 'antd';
import { useEffect } from 'react';
import { useBlocker } from 'react-router';
import { useWords } from '../../i18n/words.tsx';
import { Dialog } from '../../ui/dialog.tsx';

export function LeaveGuard() {
  const words = useWords();
  const blocker = useBlocker(({ currentLocation, nextLocation }) => currentLocation.pathname !== nextLocation.pathname);
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }, []);
  if (blocker.state !== 'blocked') return null;
  return (
    <Dialog
      title={words.metadata.leaveTitle}
      width={420}
      close={() => blocker.reset()}
      footer={
        <>
          <Button type="primary" onClick={() => blocker.reset()}>
            {words.metadata.stay}
          </Button>
          <Button danger onClick={() => blocker.proceed()}>
            {words.metadata.leave}
          </Button>
        </>
      }
    >
      <p>{words.metadata.leaveText}</p>
    </Dialog>
  );
}
