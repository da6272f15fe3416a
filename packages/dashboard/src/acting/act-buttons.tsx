/** Drain, undrain and restart, of one node or of many, and the reboot of a machine: each asks first, showing exactly what will be hit. */
import type { Node } from '@sluice/contract';
import { lazy, Suspense, useState } from 'react';
import { type NodeAction, whyNotAct } from '../fleet-view/may-act.ts';
import { useWords } from '../i18n/words.tsx';
import { useFeedState } from '../live/live-fleet.tsx';
import { useSession } from '../shell/session-context.tsx';
import { useNow } from '../ui/use-now.ts';
import { ActButton } from './act-button.tsx';
import { whyNotInWords } from './why-not-in-words.ts';

const ActDialog = lazy(async () => ({ default: (await import('./act-dialog.tsx')).ActDialog }));

const ACTIONS: readonly NodeAction[] = ['drain', 'undrain', 'restart'];

interface ActButtonsProps {
  readonly nodes: readonly Node[];
  /** Whether the machines may be rebooted. */
  readonly offersReboot?: boolean;
  /** Called when something was begun, after the dialog was closed. */
  readonly begun?: () => void;
}

export function ActButtons({ nodes, offersReboot = false, begun }: ActButtonsProps) {
  const words = useWords();
  const session = useSession();
  const isConnected = useFeedState().kind !== 'lost';
  const now = useNow();
  const [asked, setAsked] = useState<{ readonly action: NodeAction; readonly nodeIds: readonly string[] } | null>(null);
  return (
    <>
      {[...ACTIONS, ...(offersReboot ? (['reboot'] as const) : [])].map((action) => (
        <ActButton
          key={action}
          whyNot={whyNotInWords(whyNotAct(action, nodes, { role: session.role, isConnected }, now), session, words)}
          onClick={() => setAsked({ action, nodeIds: nodes.map(({ id }) => id) })}
        >
          {words.actions[action]}
        </ActButton>
      ))}
      <Suspense>
        {asked !== null && (
          <ActDialog
            action={asked.action}
            nodeIds={asked.nodeIds}
            close={(isBegun) => {
              setAsked(null);
              if (isBegun) begun?.();
            }}
          />
        )}
      </Suspense>
    </>
  );
}
