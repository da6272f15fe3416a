/** Event of metadata: changed, with both values, so that the history can answer who overwrote what. */
import Type from 'typebox';

export const MetadataReplaced = Type.Object({
  kind: Type.Literal('MetadataReplaced'),
  /** JSON texts. */
  before: Type.String(),
  after: Type.String(),
  revision: Type.Integer({ minimum: 1 }),
});
