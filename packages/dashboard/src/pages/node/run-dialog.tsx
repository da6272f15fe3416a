/** Asks for the parameters of a declared command, says what it hits, runs it once, and stays to show what comes of it. */
import type { Node, NodeCommand } from '@sluice/contract';
import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { valueIn } from '../../api/problem-error.ts';
import { queryKeys } from '../../api/query-keys.ts';
import { useWords } from '../../i18n/words.tsx';
import { useApi } from '../../shell/session-context.tsx';
import { Asked } from '../../ui/asked.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { OperationCard } from './operation-card.tsx';
import { RunForm } from './run-form.tsx';
import { useRunCommand } from './use-run-command.ts';

interface RunDialogProps {
  readonly node: Node;
  readonly command: NodeCommand;
  readonly close: () => void;
}

export function RunDialog({ node, command, close }: RunDialogProps) {
  const words = useWords();
  const run = useRunCommand(node.id, command.name);
  const title = run.data === undefined ? words.node.runTitle : words.node.runOf;
  return (
    <Dialog
      title={title(command.name, node.id)}
      width={620}
      close={close}
      {...(run.data === undefined
        ? {}
        : {
            footer: (
              <Button type="primary" onClick={close}>
                {words.actions.done}
              </Button>
            ),
          })}
    >
      {run.data === undefined ? (
        <RunForm node={node} command={command} run={run} close={close} />
      ) : (
        <Outcome operationId={run.data.id} />
      )}
    </Dialog>
  );
}

function Outcome({ operationId }: { readonly operationId: string }) {
  const api = useApi();
  const query = useQuery({
    queryKey: queryKeys.operation(operationId),
    queryFn: async ({ signal }) => valueIn(await api.getOperation({ id: operationId, signal })),
  });
  return (
    <div aria-live="polite">
      <Asked query={query}>{(operation) => <OperationCard operation={operation} />}</Asked>
    </div>
  );
}
