/** What somebody did, in words that follow their name; an action of a newer server is shown as its name. */
import type { Words } from '../../i18n/words.tsx';

export function actionInWords(action: string, { audit: { actions } }: Words): string {
  return (Object.hasOwn(actions, action) ? actions[action] : undefined) ?? action;
}
