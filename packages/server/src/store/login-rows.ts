/** `LoginStore` by single statements, written once for every dialect. */
import type { Kysely, Selectable } from 'kysely';
import type { Doing } from './doing.ts';
import type { LoginStore, StoredCode, TokenUse } from './login-store.ts';
import type { OneTimeCodesTable, Schema } from './schema.ts';

/** Codes of a purpose that go at once when there are too many: each that comes takes the excess away, so there is hardly ever more than one. */
const EXCESS_MAX = 1000;

/** See `LoginStore` for what each verb promises. */
export class LoginRows implements LoginStore {
  readonly #kysely: Kysely<Schema>;
  readonly #doing: Doing;

  constructor(kysely: Kysely<Schema>, doing: Doing) {
    this.#kysely = kysely;
    this.#doing = doing;
  }

  keepCode({ hash, purpose, value, expiresAt }: StoredCode, keptMax: number): Promise<void> {
    return this.#doing('keeping a one-time code in the store', async () => {
      await this.#kysely.insertInto('one_time_codes').values({ hash, purpose, value, expires_at: expiresAt }).execute();
      await this.#kysely
        .deleteFrom('one_time_codes')
        .where('hash', 'in', (codes) =>
          codes
            .selectFrom('one_time_codes')
            .select('hash')
            .where('purpose', '=', purpose)
            .orderBy('expires_at', 'desc')
            .orderBy('hash')
            .limit(EXCESS_MAX)
            .offset(keptMax),
        )
        .execute();
    });
  }

  code(purpose: string, hash: string): Promise<StoredCode | null> {
    return this.#doing('reading a one-time code from the store', async () => {
      const row = await this.#kysely
        .selectFrom('one_time_codes')
        .selectAll()
        .where('hash', '=', hash)
        .where('purpose', '=', purpose)
        .executeTakeFirst();
      return row === undefined ? null : codeOfRow(row);
    });
  }

  takeCode(purpose: string, hash: string): Promise<StoredCode | null> {
    return this.#doing('taking a one-time code out of the store', async () => {
      // One statement: of two that delete a row at once, the database gives it to one.
      const row = await this.#kysely
        .deleteFrom('one_time_codes')
        .where('hash', '=', hash)
        .where('purpose', '=', purpose)
        .returningAll()
        .executeTakeFirst();
      return row === undefined ? null : codeOfRow(row);
    });
  }

  pruneCodes(before: number): Promise<void> {
    return this.#doing('removing old one-time codes from the store', async () => {
      await this.#kysely.deleteFrom('one_time_codes').where('expires_at', '<', before).execute();
    });
  }

  sharedSecret(name: string, made: string): Promise<string> {
    return this.#doing('reading a shared secret from the store', async () => {
      await this.#kysely
        .insertInto('shared_secrets')
        .values({ name, secret: made })
        .onConflict((conflict) => conflict.column('name').doNothing())
        .execute();
      // Ours, or that of the server that was first: its statement was over before ours could pass it by.
      const row = await this.#kysely
        .selectFrom('shared_secrets')
        .select('secret')
        .where('name', '=', name)
        .executeTakeFirstOrThrow();
      return row.secret;
    });
  }

  usesSince(since: number): Promise<readonly TokenUse[]> {
    return this.#doing('reading from the store when tokens were last used', async () => {
      const rows = await this.#kysely
        .selectFrom('tokens')
        .select(['id', 'last_used_at'])
        .where('last_used_at', '>=', since)
        .execute();
      return rows.flatMap(({ id, last_used_at }) =>
        last_used_at === null ? [] : [{ tokenId: id, lastUsedAt: last_used_at }],
      );
    });
  }
}

function codeOfRow(row: Selectable<OneTimeCodesTable>): StoredCode {
  return { hash: row.hash, purpose: row.purpose, value: row.value, expiresAt: row.expires_at };
}
