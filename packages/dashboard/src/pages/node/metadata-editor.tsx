/** Changes the metadata: typed, reviewed, saved only if nobody else was first; and when somebody was, both side by side. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { useReducer } from 'react';
import { ActButton } from '../../acting/act-button.tsx';
import { useWhyNotChange } from '../../acting/use-why-not-change.ts';
import { ProblemError } from '../../api/problem-error.ts';
import { queryKeys } from '../../api/query-keys.ts';
import { differingLines } from '../../fleet-view/line-diff.ts';
import { jsonFault } from '../../fleet-view/json-fault.ts';
import { beginDraft, type MetadataDraft, type MetadataVersion, stepDraft } from '../../fleet-view/metadata-draft.ts';
import { useWords } from '../../i18n/words.tsx';
import { useApi } from '../../shell/session-context.tsx';
import { Notice } from '../../ui/notice.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { ConflictHead } from './conflict-head.tsx';
import { DiffView } from '../../ui/diff-view.tsx';
import { JsonField } from './json-field.tsx';
import { LeaveGuard } from './leave-guard.tsx';
import { readMetadata, versionIn } from './metadata-version.ts';
import styles from './metadata.module.css';

const NONE: ReadonlySet<number> = new Set();

interface MetadataEditorProps {
  readonly nodeId: string;
  /** What is changed. */
  readonly begun: MetadataVersion;
  /** What is there now. */
  readonly current: MetadataVersion;
  readonly close: () => void;
}

export function MetadataEditor({ nodeId, begun, current, close }: MetadataEditorProps) {
  const words = useWords();
  const whyNotChange = useWhyNotChange();
  const [draft, step] = useReducer(stepDraft, begun, beginDraft);
  const save = useSave(nodeId, {
    saved: close,
    overtaken: (theirs) => step({ kind: 'overtaken', theirs }),
  });
  const { base, text, isConflict } = draft;
  const isChanged = text !== base.text;
  const fault = jsonFault(text);
  const differing = isConflict ? differingLines(base.text, text) : null;
  const nothing = isChanged ? null : words.metadata.nothingChanged;
  return (
    <div className={styles['editor']}>
      {isChanged && <LeaveGuard />}
      {current.etag !== base.etag && !save.isPending && (
        <Notice
          type="warning"
          title={words.metadata.changedMeanwhile}
          action={
            <Button size="small" onClick={() => step({ kind: 'overtaken', theirs: current })}>
              {words.metadata.compare}
            </Button>
          }
        />
      )}
      {isConflict && <ConflictHead nodeId={nodeId} />}
      {draft.step === 'edit' ? (
        <>
          <div className={isConflict ? styles['sides'] : undefined}>
            {isConflict && (
              <JsonField label={words.metadata.theirs} text={base.text} marked={differing?.before ?? NONE} />
            )}
            <JsonField
              label={isConflict ? words.metadata.mine : words.metadata.editing}
              text={text}
              fault={fault}
              marked={differing?.after ?? NONE}
              change={(typed) => step({ kind: 'typed', text: typed })}
            />
          </div>
          <div className={styles['buttons']}>
            <ActButton
              type="primary"
              whyNot={nothing ?? (fault === null ? null : words.metadata.notJson)}
              onClick={() => step({ kind: 'reviewed' })}
            >
              {words.metadata.review}
            </ActButton>
            {isConflict && (
              <Button onClick={() => step({ kind: 'typed', text: base.text })}>{words.metadata.takeTheirs}</Button>
            )}
            <Button onClick={close}>{words.metadata.discard}</Button>
          </div>
        </>
      ) : (
        <>
          <h3 className={styles['sub']}>{words.metadata.changes}</h3>
          <DiffView before={base.text} after={text} />
          <div className={styles['buttons']}>
            <ActButton
              type="primary"
              loading={save.isPending}
              whyNot={whyNotChange}
              onClick={() => {
                if (!save.isPending) save.mutate(draft);
              }}
            >
              {words.metadata.save}
            </ActButton>
            <Button onClick={() => step({ kind: 'returned' })}>{words.metadata.back}</Button>
            <Button onClick={close}>{words.metadata.discard}</Button>
          </div>
        </>
      )}
      {save.error !== null && <ProblemNotice error={save.error} />}
    </div>
  );
}

interface SaveOutcomes {
  readonly saved: () => void;
  /** Somebody else was first: nothing was saved. */
  readonly overtaken: (theirs: MetadataVersion) => void;
}

function useSave(nodeId: string, { saved, overtaken }: SaveOutcomes) {
  const api = useApi();
  const queryClient = useQueryClient();
  const queryKey = queryKeys.metadata(nodeId);
  return useMutation({
    mutationFn: async ({ text, base: { etag } }: MetadataDraft) => {
      // As text: JSON.stringify would round large numbers.
      const change = { id: nodeId, bodyText: `{"meta":${text}}`, ...(etag === null ? {} : { ifMatch: etag }) };
      const answer = await api.replaceMetadata(change);
      if (answer.ok) return { version: versionIn(answer), isSaved: true };
      if (answer.problem.code !== 'precondition-failed') throw new ProblemError(answer.problem);
      return { version: await readMetadata(api, nodeId), isSaved: false };
    },
    onSuccess: ({ version, isSaved }) => {
      queryClient.setQueryData(queryKey, version);
      if (isSaved) saved();
      else overtaken(version);
    },
  });
}
