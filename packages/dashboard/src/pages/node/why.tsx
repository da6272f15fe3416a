/** Why the node is as it is: a chain of causes, each explained by the next. */
import type { Why as WhyAnswer } from '@sluice/contract';
import { useQuery } from '@tanstack/react-query';
import { valueIn } from '../../api/problem-error.ts';
import { queryKeys } from '../../api/query-keys.ts';
import { withIsolated } from '../../fleet-view/isolated-name.ts';
import { useLanguage } from '../../i18n/words.tsx';
import { useApi } from '../../shell/session-context.tsx';
import { Asked } from '../../ui/asked.tsx';
import { Section } from '../../ui/page.tsx';
import { absoluteTime } from '../../ui/when.tsx';
import styles from './why.module.css';

type Severity = WhyAnswer['causes'][number]['severity'];

/** Milliseconds: its sentences tell for how long something is so, which is no event. */
const ASKED_EVERY_MS = 5000;

const SHAPES: Readonly<Record<Severity, string>> = { info: 'i', warning: '!', error: '✗' };

export function Why({ id }: { readonly id: string }) {
  const { words, language } = useLanguage();
  const api = useApi();
  const query = useQuery({
    queryKey: queryKeys.why(id),
    queryFn: async ({ signal }) => valueIn(await api.whyNode({ id, signal })),
    refetchInterval: ASKED_EVERY_MS,
  });
  return (
    <Section title={words.node.why}>
      <Asked query={query}>
        {({ summary, causes }) => (
          <>
            <p className={styles['summary']}>{withIsolated(summary, id)}</p>
            <ol className={styles['causes']}>
              {causes.map(({ code, severity, text, since }) => (
                <li key={`${code} ${text}`} data-severity={severity}>
                  <span aria-hidden="true" className={styles['shape']}>
                    {SHAPES[severity] ?? 'i'}
                  </span>
                  <span title={since === null ? undefined : absoluteTime(Date.parse(since), language)}>
                    <CauseName code={code} />
                    {withIsolated(text, id)}
                  </span>
                </li>
              ))}
            </ol>
          </>
        )}
      </Asked>
    </Section>
  );
}

/** What the sentence is about, in a language that the server does not write. */
function CauseName({ code }: { readonly code: string }) {
  const { words, language } = useLanguage();
  const name = Object.hasOwn(words.node.causeNames, code) ? words.node.causeNames[code] : undefined;
  return name === undefined ? null : <strong lang={language}>{name} </strong>;
}
