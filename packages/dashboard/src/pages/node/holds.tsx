/** Who holds the node out of rotation, each with the button that releases it. */
import { OPERATOR_HOLD, type Node } from '@sluice/contract';
import { Link } from 'react-router';
import { ActButton } from '../../acting/act-button.tsx';
import { useWhyNotChange } from '../../acting/use-why-not-change.ts';
import { rolloutIdIn } from '../../fleet-view/rollout-progress.ts';
import { useWords } from '../../i18n/words.tsx';
import { paths } from '../../paths.ts';
import { When } from '../../ui/when.tsx';
import styles from './drain-progress.module.css';

interface HoldsProps {
  readonly holds: Node['holds'];
  /** Called with the name of the hold that somebody wants released. */
  readonly release: (hold: string) => void;
}

export function Holds({ holds, release }: HoldsProps) {
  const words = useWords();
  const whyNot = useWhyNotChange();
  return (
    <div>
      <h3 className={styles['sub']}>{words.node.holds}</h3>
      <ul className={styles['rows']}>
        {holds.map(({ name, owner, reason, placedAt, expiresAt }) => (
          <li key={name}>
            <span>
              {words.actions.hold(name, owner, reason)} <RolloutLink hold={name} />
              <span className={styles['soft']}>
                <When at={placedAt} />
                {expiresAt !== null && (
                  <>
                    ; {words.node.holdExpires} <When at={expiresAt} />
                  </>
                )}
              </span>
            </span>
            <ActButton size="small" whyNot={whyNot} onClick={() => release(name)}>
              {name === OPERATOR_HOLD ? words.node.drainOf.undrain : words.node.release}
            </ActButton>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** What holds the node may be a rollout, which tells more. */
function RolloutLink({ hold }: { readonly hold: string }) {
  const words = useWords();
  const id = rolloutIdIn(hold);
  return id === null ? null : (
    <>
      <Link to={paths.rollout(id)}>{words.rollouts.see}</Link>{' '}
    </>
  );
}
