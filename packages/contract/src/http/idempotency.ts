/** The header that makes a repeated POST safe. */
import Type from 'typebox';

/** Characters of an `Idempotency-Key`. */
export const IDEMPOTENCY_KEY_LENGTH_MAX = 255;

/** The headers of every POST. */
export const PostHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      description:
        'Makes a repetition safe: within 24 hours the same request with the same key is answered by the operation of the first, as it is then, and nothing is done again. The same key with another request is a 422.',
    }),
  ),
});
