/** Tables: whole when piped, fitting on a terminal, right with wide characters, safe with hostile text. */
import { describe, expect, test } from 'vitest';
import { displayWidth, shorten } from './display-width.ts';
import { printable } from './printable.ts';
import { renderTable, type Column } from './table.ts';

interface Row {
  readonly id: string;
  readonly remark: string;
}

const columns: readonly Column<Row>[] = [
  { header: 'ID', importance: Infinity, widthMin: 8, cell: (row) => row.id },
  { header: 'SIZE', importance: 10, cell: () => '12345' },
  { header: 'REMARK', importance: 50, widthMin: 6, cell: (row) => row.remark },
];
const rows: readonly Row[] = [
  { id: 'lobby-1', remark: 'a rather long remark' },
  { id: '节点-二号', remark: '' },
];
const plain = (text: string) => text;

describe('a table', () => {
  test('is whole when piped, however long', () => {
    expect(renderTable(columns, [{ id: 'x'.repeat(300), remark: 'y'.repeat(300) }], null, plain)).toContain(
      'y'.repeat(300),
    );
  });

  test('is aligned, also with characters of two columns, and has no spaces at the end of a line', () => {
    expect(renderTable(columns, rows, 80, plain)).toBe(
      'ID         SIZE   REMARK\nlobby-1    12345  a rather long remark\n节点-二号  12345\n',
    );
  });

  test.each([60, 38, 30, 24, 18, 10])('fits %i columns', (width) => {
    const text = renderTable(columns, rows, width, plain);
    for (const line of text.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(width);
    expect(text).toContain('lobby-1');
  });

  test('leaves the least important column out first, and shortens with an ellipsis', () => {
    expect(renderTable(columns, rows, 20, plain)).toBe('ID         REMARK\nlobby-1    a rather…\n节点-二号\n');
  });

  test('shows no escape sequence of what it is given', () => {
    const text = renderTable(columns, [{ id: 'a\u001b[2Jb\nc', remark: '\u001b]0;title\u0007x\u202e' }], 80, plain);
    expect(text).toBe('ID    SIZE   REMARK\nab c  12345  x·\n');
  });
});

describe('widths', () => {
  test.each([
    ['abc', 3],
    ['节点', 4],
    ['e\u0301', 1],
    ['●', 1],
    ['🚀', 2],
    ['ｆｕｌｌ', 8],
    ['', 0],
  ])('%j takes %i columns', (text, width) => expect(displayWidth(text)).toBe(width));

  test('shortening never cuts a character in two', () => {
    expect(shorten('节点节点', 5)).toBe('节点…');
    expect(shorten('节点节点', 4)).toBe('节…');
    expect(shorten('abc', 3)).toBe('abc');
  });
});

test.each([
  ['a\r\n  b\n\n c ', 'a b c ', 'a\n  b\n\n c '],
  ['\u202edaol', '·daol', '·daol'],
  ['a\u2066b\u200fc\u061cd', 'a·b·c·d', 'a·b·c·d'],
  ['a\u2028b\u009b2J', 'a·b·2J', 'a·b·2J'],
  ['\u001b[\u001b[m31mred', '31mred', '31mred'],
  ['\u001b]8;;http://evil\u0007link\u001b]8;;\u0007', 'link', 'link'],
])('text %# is printed so that it steers nothing', (text, oneLine, lines) => {
  expect(printable(text)).toBe(oneLine);
  expect(printable(text, 'line-breaks')).toBe(lines);
});

test('much white space is no much work', () => {
  const before = process.cpuUsage();
  expect(printable(`${' '.repeat(200_000)}x`)).toHaveLength(200_001);
  expect(process.cpuUsage(before).user / 1000).toBeLessThan(300);
});

test("a command's output keeps its lines and loses its control", () => {
  expect(printable('a\r\n\tb\u001b[31mred\u001b[0m\u0007', 'line-breaks')).toBe('a\n\tbred·');
});
