/** The list of all migrations. Each is final once released; a change is a new one at the end. */
import type { Migration } from 'kysely';
import { createFirstTables } from './0001-nodes-events-operations-tokens.ts';
import { createAnsweredRequests } from './0002-answered-requests.ts';
import { addLastCommit } from './0003-last-commit.ts';
import { extendTokens } from './0004-tokens.ts';
import { addEventChain } from './0005-event-chain.ts';
import { createWebhooks } from './0006-webhooks.ts';
import { createBudgets } from './0007-budgets.ts';
import { allowMachineTokens } from './0008-machine-tokens.ts';
import { createRollouts } from './0009-rollouts.ts';
import { createReplicas } from './0010-replicas.ts';
import { createSharedSecrets } from './0011-shared-secrets.ts';
import type { ColumnTypes } from './column-types.ts';

/**
 * Whether the version before the one that brought a migration can live with it: it only adds tables, columns that may be empty, or indexes.
 * Its name says so by a plus (`0013+notes`). So servers of two versions share a database while one after the other is updated.
 */
export function isAdditive(name: string): boolean {
  return /^\d{4}\+/u.test(name);
}

/** All migrations by name, for Kysely's Migrator, which runs those that a database lacks in the order of their names. */
export function migrationsFor(types: ColumnTypes): Record<string, Migration> {
  return {
    '0001-nodes-events-operations-tokens': { up: (kysely) => createFirstTables(kysely, types) },
    '0002-answered-requests': { up: (kysely) => createAnsweredRequests(kysely, types) },
    '0003-last-commit': { up: (kysely) => addLastCommit(kysely, types) },
    '0004-tokens': { up: (kysely) => extendTokens(kysely, types) },
    '0005-event-chain': { up: (kysely) => addEventChain(kysely, types) },
    '0006-webhooks': { up: (kysely) => createWebhooks(kysely, types) },
    '0007-budgets': { up: (kysely) => createBudgets(kysely, types) },
    '0008-machine-tokens': { up: (kysely) => allowMachineTokens(kysely, types) },
    '0009-rollouts': { up: (kysely) => createRollouts(kysely, types) },
    '0010-replicas': { up: (kysely) => createReplicas(kysely, types) },
    '0011-shared-secrets': { up: (kysely) => createSharedSecrets(kysely, types) },
  };
}
