/** Instants as the HTTP API writes them. */
import Type from 'typebox';

/** RFC 3339, UTC, with milliseconds: `2026-11-23T03:04:05.678Z`. */
export const Timestamp = Type.String({ format: 'date-time' });
