/** One operation: who wants what of which node and why, how far it is, what it writes, and what came of it. */
import type { Operation } from '@sluice/contract';
import { isTerminal } from '@sluice/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from 'react-router';
import { CancelButton } from '../../acting/cancel-button.tsx';
import { ConfirmButton } from '../../acting/confirm-button.tsx';
import { problemOf, valueIn } from '../../api/problem-error.ts';
import { queryKeys } from '../../api/query-keys.ts';
import { isolatedName } from '../../fleet-view/isolated-name.ts';
import { useWords } from '../../i18n/words.tsx';
import { useApi } from '../../shell/session-context.tsx';
import { Asked } from '../../ui/asked.tsx';
import { Notice } from '../../ui/notice.tsx';
import { OperationOutput } from '../../ui/operation-output.tsx';
import { Page, Section } from '../../ui/page.tsx';
import { OperationStatusMark } from '../../ui/status-mark.tsx';
import { Outcome } from './outcome.tsx';
import { Request } from './request.tsx';

export function OperationPage() {
  const words = useWords();
  const api = useApi();
  const { id = '' } = useParams();
  const query = useQuery({
    queryKey: queryKeys.operation(id),
    queryFn: async ({ signal }) => valueIn(await api.getOperation({ id, signal })),
  });
  const { data: operation, error } = query;
  const isNotThere = error !== null && problemOf(error).code === 'operation-not-found';
  const title = isNotThere ? words.operations.notFoundTitle : id;
  return (
    <Page
      title={
        operation === undefined
          ? title
          : words.operations.operationOf(operation.command, isolatedName(operation.nodeId))
      }
      aside={
        operation !== undefined && (
          <>
            <OperationStatusMark status={operation.status} />
            <CancelButton operation={operation} />
          </>
        )
      }
    >
      <Asked query={query}>
        {(known) => (
          <>
            <Confirmation operation={known} />
            <Outcome operation={known} />
            <Output operation={known} />
            <Request operation={known} />
          </>
        )}
      </Asked>
    </Page>
  );
}

function Confirmation({ operation: { id, status, confirmationNeeded } }: { readonly operation: Operation }) {
  const words = useWords();
  if (confirmationNeeded === null || isTerminal(status)) return null;
  return (
    <Notice
      type="warning"
      title={words.operations.confirmTitle}
      description={confirmationNeeded}
      action={<ConfirmButton operationId={id} />}
    />
  );
}

const WITHOUT_OUTPUT: ReadonlySet<string> = new Set(['drain', 'undrain']);

/** Of a restart that failed it is what the workload said last; of a reboot the same, or what its command said. */
function Output({ operation }: { readonly operation: Operation }) {
  const words = useWords();
  const { command, status, output } = operation;
  const isRestart = command === 'restart';
  if (WITHOUT_OUTPUT.has(command) || ((isRestart || command === 'reboot') && output === null)) return null;
  return (
    <Section title={isRestart ? words.operations.lastWords : words.operations.output}>
      {isTerminal(status) && (output ?? '') === '' && <p>{words.operations.noOutput}</p>}
      <OperationOutput operation={operation} />
    </Section>
  );
}
