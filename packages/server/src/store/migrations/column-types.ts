/** The column types that have another name on each dialect. */
import type { ColumnDataType, RawBuilder } from 'kysely';

export interface ColumnTypes {
  /** Whole numbers beyond 2^31: revisions, sequence numbers, epoch milliseconds. */
  readonly integer: ColumnDataType;
  /** Texts that are compared and ordered by code point, whatever language the database is set to. */
  readonly id: ColumnDataType | RawBuilder<string>;
}
