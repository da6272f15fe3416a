/** An instant: how long ago or how far off, and the absolute one, in the reader's zone, on hover. */
import { useLanguage } from '../i18n/words.tsx';
import { useNow } from './use-now.ts';

/** Milliseconds by which the server's clock may be ahead, and ours behind, before what has happened seems to be to come. */
const CLOCKS_APART_MS = 2000;

/** @param at As the API writes it; `null`: it has not happened. */
export function When({ at }: { readonly at: string | null }) {
  const { words, language } = useLanguage();
  const now = useNow();
  if (at === null) return <>{words.durations.none}</>;
  const ms = Date.parse(at);
  return (
    <time dateTime={at} title={absoluteTime(ms, language)}>
      {ms <= now + CLOCKS_APART_MS ? words.durations.ago(now - ms) : words.durations.in(ms - now)}
    </time>
  );
}

/** One for each language: making one takes longer than anything else on a page. */
const formats = new Map<string, Intl.DateTimeFormat>();

/** With seconds and zone: what stands in an incident's report. */
export function absoluteTime(ms: number, language: string): string {
  const format = formats.get(language) ?? new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'long' });
  formats.set(language, format);
  return format.format(ms);
}
