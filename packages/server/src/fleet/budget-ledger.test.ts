/** The ledger of budgets, which is kept up change by change, says what counting all nodes anew would say; also in layers. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isUnavailable, matches, type NodeState, parseSelector } from '@sluice/core';
import type { StoredBudget } from '../store/budget-store.ts';
import { BudgetLedger } from './budget-ledger.ts';
import { nodeStateUnderTest } from './node-state-under-test.ts';

const SELECTORS = [null, 'team=a', 'team!=a', 'team in (a,b),zone=z1', 'type=game-server'];
const IDS = ['n1', 'n2', 'n3', 'n4', 'm1'];

type Deed =
  | { readonly kind: 'put'; readonly id: string; readonly team: string; readonly zone: string; readonly isOut: boolean }
  | { readonly kind: 'turn'; readonly id: string; readonly isOut: boolean }
  | { readonly kind: 'forget'; readonly id: string }
  | { readonly kind: 'set'; readonly name: string; readonly selector: string | null }
  | { readonly kind: 'remove'; readonly name: string }
  | { readonly kind: 'take' | 'free'; readonly name: string; readonly holder: string; readonly nodeId: string | null }
  | { readonly kind: 'layer' }
  | { readonly kind: 'commit' };

const id = fc.constantFrom(...IDS.slice(0, 4));
const name = fc.constantFrom('one', 'two');
const deed: fc.Arbitrary<Deed> = fc.oneof(
  fc.record({
    kind: fc.constant('put' as const),
    id,
    team: fc.constantFrom('a', 'b', 'c'),
    zone: fc.constantFrom('z1', 'z2'),
    isOut: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('turn' as const), id, isOut: fc.boolean() }),
  fc.record({ kind: fc.constant('forget' as const), id }),
  fc.record({ kind: fc.constant('set' as const), name, selector: fc.constantFrom(...SELECTORS) }),
  fc.record({ kind: fc.constant('remove' as const), name }),
  fc.record({
    kind: fc.constantFrom('take' as const, 'free' as const),
    name,
    holder: fc.constantFrom(...IDS),
    nodeId: fc.constantFrom(null, 'n1'),
  }),
  fc.record({ kind: fc.constant('layer' as const) }),
  fc.record({ kind: fc.constant('commit' as const) }),
);

/** What is true, kept in the plainest way. */
interface Truth {
  readonly nodes: Map<string, NodeState>;
  readonly budgets: Map<string, StoredBudget>;
  readonly slots: Map<string, Map<string, string | null>>;
}

function budgetOf(budgetName: string, selector: string | null): StoredBudget {
  return {
    name: budgetName,
    selector,
    maxUnavailable: 1,
    description: null,
    createdBy: 'test',
    createdAt: 0,
    updatedAt: 0,
    revision: 1,
  };
}

function apply(act: Exclude<Deed, { kind: 'layer' | 'commit' }>, truth: Truth, ledger: BudgetLedger): void {
  const { nodes, budgets, slots } = truth;
  switch (act.kind) {
    case 'put': {
      const before = nodes.get(act.id) ?? null;
      const after = nodeStateUnderTest(act.id, { team: act.team }, act.zone, act.isOut);
      nodes.set(act.id, after);
      ledger.nodeChanged(before, after);
      break;
    }
    case 'turn': {
      const before = nodes.get(act.id);
      if (before === undefined) break;
      const after = { ...before, offlineSince: act.isOut ? 1 : null };
      nodes.set(act.id, after);
      ledger.nodeChanged(before, after);
      break;
    }
    case 'forget': {
      ledger.nodeChanged(nodes.get(act.id) ?? null, null);
      nodes.delete(act.id);
      break;
    }
    case 'set':
      budgets.set(act.name, budgetOf(act.name, act.selector));
      if (!slots.has(act.name)) slots.set(act.name, new Map());
      ledger.setBudget(budgetOf(act.name, act.selector), nodes.values());
      break;
    case 'remove':
      budgets.delete(act.name);
      slots.delete(act.name);
      ledger.removeBudget(act.name);
      break;
    case 'take': {
      slots.get(act.name)?.set(act.holder, act.nodeId);
      const slot = { groupName: act.name, holderId: act.holder, takenAt: 0, takenBy: 'test', nodeId: act.nodeId };
      ledger.setSlot(act.name, act.holder, slot);
      break;
    }
    case 'free':
      slots.get(act.name)?.delete(act.holder);
      ledger.setSlot(act.name, act.holder, null);
      break;
  }
}

function counted({ nodes, budgets, slots }: Truth, budgetName: string): unknown {
  const budget = budgets.get(budgetName);
  if (budget === undefined) return undefined;
  const parsed = budget.selector === null ? null : parseSelector(budget.selector);
  const matching = [...nodes.values()].filter(
    (node) => parsed === null || (parsed.ok && matches(parsed.value, node, 'active')),
  );
  const taken = new Set(matching.filter(isUnavailable).map((node) => node.id));
  for (const [holder, nodeId] of slots.get(budgetName) ?? []) taken.add(nodeId ?? holder);
  return { matching: matching.length, unavailable: taken.size, taken: [...taken].toSorted() };
}

function told(ledger: BudgetLedger, budgetName: string): unknown {
  const count = ledger.count(budgetName);
  return count === undefined ? undefined : { ...count, taken: ledger.takenBy(budgetName, Infinity).toSorted() };
}

const copyOf = ({ nodes, budgets, slots }: Truth): Truth => ({
  nodes: new Map(nodes),
  budgets: new Map(budgets),
  slots: new Map([...slots].map(([key, holders]) => [key, new Map(holders)])),
});

test('whatever happens, in a layer or not, each count is what counting anew gives; a layer changes nothing below', () => {
  fc.assert(
    fc.property(fc.array(deed, { maxLength: 60 }), (deeds) => {
      const ledger = new BudgetLedger();
      const truth: Truth = { nodes: new Map(), budgets: new Map(), slots: new Map() };
      let layer: { readonly ledger: BudgetLedger; readonly truth: Truth; readonly deeds: Deed[] } | null = null;
      for (const act of deeds) {
        if (act.kind === 'layer') layer = { ledger: new BudgetLedger(ledger), truth: copyOf(truth), deeds: [] };
        else if (act.kind === 'commit') {
          for (const each of layer?.deeds ?? [])
            if (each.kind !== 'layer' && each.kind !== 'commit') apply(each, truth, ledger);
          layer = null;
        } else if (layer === null) apply(act, truth, ledger);
        else {
          layer.deeds.push(act);
          apply(act, layer.truth, layer.ledger);
        }
        for (const budgetName of ['one', 'two']) {
          expect(told(ledger, budgetName)).toEqual(counted(truth, budgetName));
          if (layer !== null) expect(told(layer.ledger, budgetName)).toEqual(counted(layer.truth, budgetName));
        }
      }
    }),
    { numRuns: 500 },
  );
});
