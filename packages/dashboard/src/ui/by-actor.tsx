/** Who did something: a person or program by its name; a rollout as a link, since its id says nothing. */
import { Link } from 'react-router';
import { rolloutIdIn } from '../fleet-view/rollout-progress.ts';
import { useWords } from '../i18n/words.tsx';
import { paths } from '../paths.ts';

export function ByActor({ name }: { readonly name: string }) {
  const words = useWords();
  const rolloutId = rolloutIdIn(name);
  if (rolloutId === null) return <>{words.fleet.by(name)}</>;
  return (
    <Link to={paths.rollout(rolloutId)} title={name}>
      {words.rollouts.byRollout}
    </Link>
  );
}
