/** Instants and counters that agents tell: within what a date and a whole number can say. */
import Type from 'typebox';

/** Epoch milliseconds (UTC), up to the last instant that a JavaScript date has. */
export const Instant = Type.Integer({ minimum: 0, maximum: 8_640_000_000_000_000 });

/** Something that grows by one at a time: a generation, an incarnation. Far more than there can be, far less than a whole number holds. */
export const Counter = Type.Integer({ minimum: 0, maximum: 1_000_000_000_000 });

/** Milliseconds that something may take or last: a thousand years, so that the instant at its end is one still. */
export const Span = Type.Integer({ minimum: 0, maximum: 31_536_000_000_000 });
