/** A slot as the command line asks for it. */
import { quoteArgument } from '../quote-argument.ts';

export interface SlotRequest {
  readonly group: string;
  readonly id: string;
}

/** As FleetLock writes it. */
export function slotBody({ group, id }: SlotRequest): { readonly client_params: { id: string; group: string } } {
  return { client_params: { id, group } };
}

/** For somebody who has to do it by hand. */
export function howToRelease({ group, id }: SlotRequest): string {
  return `sluice slots release ${quoteArgument(group)} ${quoteArgument(id)}`;
}
