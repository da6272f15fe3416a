/** The language of the page: chosen by the person, else the browser's; remembered in this browser. */
import { createContext, type ReactNode, use, useEffect, useMemo, useState } from 'react';
import { remembered, remember } from '../ui/remembered.ts';
import { en } from './en/index.ts';
import { type Language, LANGUAGES, preferredLanguage } from './languages.ts';

export type Words = typeof en;

interface Spoken {
  readonly language: Language;
  readonly words: Words;
}

interface LanguageChoice extends Spoken {
  readonly choose: (language: Language) => void;
}

const ENGLISH: Spoken = { language: 'en', words: en };

const WordsContext = createContext<LanguageChoice>({ ...ENGLISH, choose: () => undefined });

/** English is there at once; another language is loaded when it is wanted, and shown when it is there. */
export function WordsProvider({ children }: { readonly children: ReactNode }) {
  const [wanted, setWanted] = useState(() => languageWanted());
  const [spoken, setSpoken] = useState<Spoken | null>(wanted === 'en' ? ENGLISH : null);
  useEffect(() => {
    let isWanted = true;
    const show = (loaded: Spoken) => {
      if (!isWanted) return;
      document.documentElement.lang = loaded.language;
      setSpoken(loaded);
    };
    // A language that cannot be loaded (the line is down) leaves the one that is there.
    load(wanted).then(show, () => setSpoken((before) => before ?? ENGLISH));
    return () => {
      isWanted = false;
    };
  }, [wanted]);
  const choice = useMemo<LanguageChoice | null>(
    () =>
      spoken && {
        ...spoken,
        choose: (language) => {
          remember('language', language);
          setWanted(language);
        },
      },
    [spoken],
  );
  return choice === null ? null : <WordsContext value={choice}>{children}</WordsContext>;
}

export function useWords(): Words {
  return use(WordsContext).words;
}

export function useLanguage(): LanguageChoice {
  return use(WordsContext);
}

async function load(language: Language): Promise<Spoken> {
  if (language === 'en') return ENGLISH;
  const { zhCN } = await import('./zh-CN/index.ts');
  return { language, words: zhCN };
}

function languageWanted(): Language {
  const chosen = remembered('language');
  return LANGUAGES.find((language) => language === chosen) ?? preferredLanguage(navigator.languages);
}
