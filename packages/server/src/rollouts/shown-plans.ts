/** The plans that were shown lately: what has changed since, when one of them does not hold any more. */
import type { PlannedRollout } from '@sluice/core';

/** Plans that are remembered: a wizard asks for one with every change of a form, and each names all of its nodes. */
const KEPT_MAX = 50;
/** Nodes of all of them together. */
const NODES_KEPT_MAX = 500_000;
/** Ids that a sentence names. */
const NAMED_MAX = 5;

type Shown = Pick<PlannedRollout, 'nodeIds'> & { readonly spec: string; readonly budgets: ReadonlyMap<string, string> };

export class ShownPlans {
  readonly #byHash = new Map<string, Shown>();
  #nodes = 0;

  /** @param budgets Of each budget that plays a part its definition. */
  keep(hash: string, { nodeIds, plan }: PlannedRollout, budgets: ReadonlyMap<string, string>): void {
    this.#drop(hash);
    this.#byHash.set(hash, { nodeIds, spec: JSON.stringify(plan.spec), budgets });
    this.#nodes += nodeIds.length;
    for (const oldest of this.#byHash.keys()) {
      if (this.#byHash.size <= KEPT_MAX && this.#nodes <= NODES_KEPT_MAX) break;
      this.#drop(oldest);
    }
  }

  /** What is different now, in one sentence. */
  whatChanged(hash: string, now: PlannedRollout, budgets: ReadonlyMap<string, string>): string {
    const shown = this.#byHash.get(hash);
    if (shown === undefined)
      return 'Which plan was shown is not known here any more (it is long ago, or the server was started since).';
    const changes: string[] = [];
    if (shown.spec !== JSON.stringify(now.plan.spec)) changes.push('something else is asked for');
    const [before, after] = [new Set(shown.nodeIds), new Set(now.nodeIds)];
    const joined = now.nodeIds.filter((id) => !before.has(id));
    const left = shown.nodeIds.filter((id) => !after.has(id));
    if (joined.length > 0) changes.push(`${named(joined)} came to it`);
    if (left.length > 0) changes.push(`${named(left)} left it`);
    if (joined.length + left.length === 0 && shown.nodeIds.some((id, index) => id !== now.nodeIds[index]))
      changes.push('the nodes come in another order');
    const names = new Set([...shown.budgets.keys(), ...budgets.keys()]);
    const changed = [...names].filter((name) => shown.budgets.get(name) !== budgets.get(name));
    if (changed.length > 0)
      changes.push(`${changed.length === 1 ? 'the budget' : 'the budgets'} ${named(changed)} changed`);
    return changes.length === 0 ? 'It was made differently.' : `Since it was shown ${changes.join(', and ')}.`;
  }

  #drop(hash: string): void {
    this.#nodes -= this.#byHash.get(hash)?.nodeIds.length ?? 0;
    this.#byHash.delete(hash);
  }
}

function named(ids: readonly string[]): string {
  const more = ids.length - NAMED_MAX;
  return `${ids.slice(0, NAMED_MAX).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
