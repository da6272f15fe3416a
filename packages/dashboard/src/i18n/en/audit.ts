/** Who did what. */

export const audit = {
  title: 'Audit',
  none: 'Nobody has done anything yet.',
  at: 'When',
  who: 'Who',
  what: 'What',
  node: 'Node',
  result: 'Result',
  from: 'From',
};
