/** Shows a rollout while it is followed: a picture that is drawn again on a terminal, a line for each change when piped. */
import { paintFor } from '../output/colour.ts';
import { printNote } from '../output/print.ts';
import { createRedraw } from '../output/redraw.ts';
import type { Terminal } from '../terminal.ts';
import { rolloutLines } from './rollout-lines.ts';
import { renderRolloutPicture } from './rollout-picture.ts';
import type { RolloutView } from './rollout-view.ts';

export interface RolloutDisplay {
  show(view: RolloutView): void;
  /** Something beside the rollout, such as a server that cannot be reached. */
  note(text: string): void;
}

/** Of a terminal that does not say how large it is. */
const COLUMNS_DEFAULT = 80;
const ROWS_DEFAULT = 24;

/** It is written on stderr, so that stdout holds nothing but the answer. */
export function createRolloutDisplay(terminal: Terminal): RolloutDisplay {
  return terminal.stderr.isTTY === true ? pictureDisplay(terminal) : linesDisplay(terminal);
}

function pictureDisplay(terminal: Terminal): RolloutDisplay {
  const { stderr, environment } = terminal;
  const redraw = createRedraw(stderr);
  const paint = paintFor(stderr, environment);
  return {
    show(view) {
      // The row below stays free: there the cursor waits, and what came of it is printed.
      const room = { columns: stderr.columns ?? COLUMNS_DEFAULT, rows: (stderr.rows ?? ROWS_DEFAULT) - 2 };
      redraw.draw(renderRolloutPicture(view, room, paint, Date.now()));
    },
    note(text) {
      printNote(terminal, text);
      redraw.forget();
    },
  };
}

function linesDisplay(terminal: Terminal): RolloutDisplay {
  let shown: RolloutView | null = null;
  return {
    show(view) {
      for (const line of rolloutLines(shown, view)) printNote(terminal, line);
      shown = view;
    },
    note: (text) => printNote(terminal, text),
  };
}
