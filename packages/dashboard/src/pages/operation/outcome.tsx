/** How far an operation is, or what came of it, with the evidence for it. */
import type { Operation } from '@sluice/contract';
import { isTerminal } from '@sluice/core';
import { useLanguage } from '../../i18n/words.tsx';
import { Facts } from '../../ui/facts.tsx';
import { evidenceSeenAt, operationInWords } from '../../ui/operation-in-words.ts';
import { Section } from '../../ui/page.tsx';
import { absoluteTime, When } from '../../ui/when.tsx';
import { Took } from '../../ui/took.tsx';

export function Outcome({ operation }: { readonly operation: Operation }) {
  const { words } = useLanguage();
  const { status, startedAt, endedAt, deliverBy, deadlineAt, cancelRequested, result, error } = operation;
  const hasEnded = isTerminal(status);
  const evidence = result?.evidence;
  return (
    <Section title={hasEnded ? words.operations.result : words.operations.progress}>
      {operationInWords(operation, words).map((line) => (
        <p key={line}>{line}</p>
      ))}
      <Facts
        facts={[
          [words.operations.evidence, evidence === undefined ? null : <EvidenceLine key="evidence" seen={evidence} />],
          [words.operations.errorCode, error === null ? null : <code key="code">{error.code}</code>],
          [
            words.operations.cancelAsked,
            cancelRequested === null ? null : (
              <span key="cancel">
                {words.operations.cancelAskedBy(cancelRequested.by, cancelRequested.reason)},{' '}
                <When at={cancelRequested.at} />
              </span>
            ),
          ],
          [
            words.operations.deliverBy,
            status === 'queued' && deliverBy !== null ? <When key="deliver" at={deliverBy} /> : null,
          ],
          [
            words.operations.deadline,
            !hasEnded && deadlineAt !== null ? <When key="deadline" at={deadlineAt} /> : null,
          ],
          [words.operations.started, startedAt === null ? null : <When key="started" at={startedAt} />],
          [words.operations.ended, endedAt === null ? null : <When key="ended" at={endedAt} />],
          [words.operations.took, startedAt === null ? null : <Took key="took" operation={operation} />],
        ]}
      />
    </Section>
  );
}

type Evidence = NonNullable<NonNullable<Operation['result']>['evidence']>;

/** Evidence is quoted in reports: with absolute times. */
function EvidenceLine({ seen }: { readonly seen: Evidence }) {
  const { words, language } = useLanguage();
  const times = evidenceSeenAt(seen).map((ms) => absoluteTime(ms, language));
  return (
    <>
      {words.operations.evidenceOf[seen.kind]} {times.join(' · ')}
    </>
  );
}
