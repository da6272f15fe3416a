/** Metadata that two people change at once. */
import { expect, test } from 'vitest';
import { beginDraft, stepDraft } from './metadata-draft.ts';

const mine = { text: '{"a":1}', etag: '"1"' };
const theirs = { text: '{"a":2}', etag: '"2"' };

test('when somebody else saved first, theirs becomes the base, mine is kept, and it must be reviewed again', () => {
  const typed = stepDraft(beginDraft(mine), { kind: 'typed', text: '{"a":3}' });
  const reviewed = stepDraft(typed, { kind: 'reviewed' });
  expect(reviewed).toEqual({ step: 'review', base: mine, text: '{"a":3}', isConflict: false });
  expect(stepDraft(reviewed, { kind: 'overtaken', theirs })).toEqual({
    step: 'edit',
    base: theirs,
    text: '{"a":3}',
    isConflict: true,
  });
});

test('going back from the review changes nothing', () => {
  const draft = beginDraft(mine);
  expect(stepDraft(stepDraft(draft, { kind: 'reviewed' }), { kind: 'returned' })).toEqual(draft);
});
