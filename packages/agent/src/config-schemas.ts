/** The small schemas that agent.yaml is made of. */
import Type from 'typebox';

/** Characters of any single value. */
export const TEXT_LENGTH_MAX = 4096;
/** Parts of a command line. */
const COMMAND_PARTS_MAX = 256;

export const strict = { additionalProperties: false } as const;
export const Text = Type.String({ minLength: 1, maxLength: TEXT_LENGTH_MAX });
export const Port = Type.Integer({ minimum: 1, maximum: 65_535 });
export const Command = Type.Array(Type.String({ maxLength: TEXT_LENGTH_MAX }), {
  minItems: 1,
  maxItems: COMMAND_PARTS_MAX,
});
/** Short enough that it can be quoted whole where it fails. */
export const Url = Type.String({ minLength: 1, maxLength: 2048 });
/** `500ms`, `30s`, `15m`, `2h`, `7d`. */
export const Duration = Type.String({ minLength: 1, maxLength: TEXT_LENGTH_MAX });
