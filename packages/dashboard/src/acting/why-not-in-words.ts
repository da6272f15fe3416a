/** Why a button may not be pressed, for a person. */
import type { WhyNot } from '../fleet-view/may-act.ts';
import type { Words } from '../i18n/words.tsx';
import type { Session } from '../api/session.ts';

export function whyNotInWords(whyNot: WhyNot | null, session: Session, words: Words): string | null {
  switch (whyNot?.kind) {
    case undefined:
      return null;
    case 'role':
      return words.actions.needsRole(words.shell.role[session.role], words.shell.role[whyNot.needed]);
    case 'scope':
      return words.actions.needsFleet(whyNot.selector);
    case 'not-connected':
      return words.actions.notConnected;
    case 'nothing-selected':
      return words.actions.nothingSelected;
    case 'no-hold':
      return words.actions.noHold;
    case 'refused':
      return whyNot.detail;
  }
}
