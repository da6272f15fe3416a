/** When a rollout may begin nodes: days, times of day, in a time zone. */
import Type from 'typebox';

export const Weekday = Type.Union([
  Type.Literal('mon'),
  Type.Literal('tue'),
  Type.Literal('wed'),
  Type.Literal('thu'),
  Type.Literal('fri'),
  Type.Literal('sat'),
  Type.Literal('sun'),
]);
export type Weekday = Type.Static<typeof Weekday>;

const TimeOfDay = (description: string) => Type.String({ pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$', description });

export const RolloutWindow = Type.Object({
  days: Type.Optional(
    Type.Array(Weekday, { minItems: 1, maxItems: 7, description: 'On which the window opens; absent: every day.' }),
  ),
  start: TimeOfDay('Such as `02:00`.'),
  end: TimeOfDay('Not after `start`: on the next day. What is in flight then finishes; nothing new starts.'),
  timeZone: Type.String({ minLength: 1, maxLength: 64, description: 'IANA name, such as `Europe/Berlin` or `UTC`.' }),
});
export type RolloutWindow = Type.Static<typeof RolloutWindow>;
