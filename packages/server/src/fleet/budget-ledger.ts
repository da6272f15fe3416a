/**
 * How many nodes each budget is for and how many of them are unavailable, kept up with every change of a node: no question
 * walks through the fleet. A ledger can be layered over another, for what a batch in the making would leave.
 */
import { isUnavailable, matches, type NodeState, parseSelector, type Selector } from '@sluice/core';
import type { StoredBudget, StoredSlot } from '../store/budget-store.ts';
import { type IdSet, LayeredIds } from './layered-ids.ts';

/** One budget, counted. */
interface Account {
  readonly budget: StoredBudget;
  /** `null`: all nodes. */
  readonly selector: Selector | null;
  readonly matching: IdSet;
  /** Those of the matching nodes that are. */
  readonly unavailable: IdSet;
  /** By holder. */
  readonly slots: ReadonlyMap<string, StoredSlot>;
}

export class BudgetLedger {
  /** `null` in a layer: removed. */
  readonly #accounts = new Map<string, Account | null>();
  readonly #below: BudgetLedger | null;

  /** @param below What it is layered over; it must not change while this layer is used. */
  constructor(below: BudgetLedger | null = null) {
    this.#below = below;
  }

  /** In no particular order. */
  *budgets(): Iterable<StoredBudget> {
    for (const { budget } of this.#all()) yield budget;
  }

  budget(name: string): StoredBudget | undefined {
    return this.#account(name)?.budget;
  }

  /** The slots that are held in a budget, in the order in which they were taken. */
  slots(name: string): readonly StoredSlot[] {
    return [...(this.#account(name)?.slots.values() ?? [])];
  }

  slot(name: string, holderId: string): StoredSlot | undefined {
    return this.#account(name)?.slots.get(holderId);
  }

  /** Makes or replaces a budget. @param nodes All of the fleet. */
  setBudget(budget: StoredBudget, nodes: Iterable<NodeState>): void {
    const before = this.#account(budget.name);
    const slots = before?.slots ?? new Map<string, StoredSlot>();
    if (before !== undefined && before.budget.selector === budget.selector) {
      this.#accounts.set(budget.name, { ...this.#own(before), budget });
      return;
    }
    const selector = selectorOf(budget);
    const matching = new Set<string>();
    const unavailable = new Set<string>();
    for (const node of nodes) {
      if (!isFor(selector, node)) continue;
      matching.add(node.id);
      if (isUnavailable(node)) unavailable.add(node.id);
    }
    this.#accounts.set(budget.name, { budget, selector, matching, unavailable, slots });
  }

  /** Its slots go with it. */
  removeBudget(name: string): void {
    if (this.#below === null) this.#accounts.delete(name);
    else this.#accounts.set(name, null);
  }

  /** @param slot `null`: it is free. Of a budget that is not there nothing is kept. */
  setSlot(name: string, holderId: string, slot: StoredSlot | null): void {
    const account = this.#account(name);
    if (account === undefined) return;
    const slots = new Map(account.slots);
    if (slot === null) slots.delete(holderId);
    else slots.set(holderId, slot);
    this.#accounts.set(name, { ...this.#own(account), slots });
  }

  /**
   * A node has changed.
   * @param before `null`: it is new.
   * @param after `null`: it has left.
   * @returns Whether it changed the arithmetic of any budget.
   */
  nodeChanged(before: NodeState | null, after: NodeState | null): boolean {
    const id = (after ?? before)?.id;
    if (id === undefined) return false;
    const isOut = after !== null && isUnavailable(after);
    // What a selector looks at changes only when an agent describes its node anew.
    const isSameNode = before !== null && after !== null && before.identity === after.identity;
    if (isSameNode && isUnavailable(before) === isOut) return false;
    let isAny = false;
    for (const account of this.#all()) {
      const did = account.matching.has(id);
      const does = isSameNode ? did : after !== null && isFor(account.selector, after);
      if (!did && !does) continue;
      const { matching, unavailable } = this.#own(account);
      put(matching, id, does);
      put(unavailable, id, does && isOut);
      isAny = true;
    }
    return isAny;
  }

  /** How many nodes a budget is for, and how many places are taken; `undefined`: there is no such budget. */
  count(name: string): { readonly matching: number; readonly unavailable: number } | undefined {
    const account = this.#account(name);
    if (account === undefined) return undefined;
    const { matching, unavailable } = account;
    return { matching: matching.size, unavailable: unavailable.size + holdersBeside(account).size };
  }

  /** Whether a node, or the holder of a slot, has a place in a budget and so takes no further one. */
  hasPlace(name: string, id: string): boolean {
    const account = this.#account(name);
    return account !== undefined && (account.unavailable.has(id) || holdersBeside(account).has(id));
  }

  isFor(name: string, nodeId: string): boolean {
    return this.#account(name)?.matching.has(nodeId) ?? false;
  }

  /** Who takes places, nodes before others. @param max So many at most. */
  takenBy(name: string, max: number): readonly string[] {
    const account = this.#account(name);
    if (account === undefined) return [];
    const ids: string[] = [];
    for (const each of [account.unavailable, holdersBeside(account)]) {
      for (const id of each) {
        if (ids.length >= max) return ids;
        ids.push(id);
      }
    }
    return ids;
  }

  #account(name: string): Account | undefined {
    const own = this.#accounts.get(name);
    if (own !== undefined) return own ?? undefined;
    return this.#below === null ? undefined : this.#below.#account(name);
  }

  *#all(): Iterable<Account> {
    for (const account of this.#accounts.values()) if (account !== null) yield account;
    if (this.#below === null) return;
    for (const account of this.#below.#all()) if (!this.#accounts.has(account.budget.name)) yield account;
  }

  /** The account as this ledger may change it. */
  #own(account: Account): Account {
    const { name } = account.budget;
    if (this.#below === null || this.#accounts.has(name)) return account;
    const { matching, unavailable } = account;
    const own = { ...account, matching: new LayeredIds(matching), unavailable: new LayeredIds(unavailable) };
    this.#accounts.set(name, own);
    return own;
  }
}

const NOBODY: ReadonlySet<string> = new Set();

/** Whose slots take places beside those of unavailable nodes: nodes that are available, and whoever is no node of the budget. */
function holdersBeside({ slots, unavailable }: Account): ReadonlySet<string> {
  if (slots.size === 0) return NOBODY;
  const holders = new Set<string>();
  for (const { holderId, nodeId } of slots.values()) {
    const id = nodeId ?? holderId;
    if (!unavailable.has(id)) holders.add(id);
  }
  return holders;
}

/** A selector that cannot be read selects nothing; none is taken in. */
function selectorOf({ selector }: StoredBudget): Selector | null {
  if (selector === null) return null;
  const parsed = parseSelector(selector);
  return parsed.ok ? parsed.value : [];
}

/** Budgets do not select by status, so it does not matter which one is given. */
function isFor(selector: Selector | null, node: NodeState): boolean {
  return selector === null || matches(selector, node, 'active');
}

function put(ids: IdSet, id: string, isIn: boolean): void {
  if (isIn) ids.add(id);
  else ids.delete(id);
}
