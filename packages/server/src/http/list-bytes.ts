/** The bytes of lists of nodes, in pieces that are written anew only when one of their nodes has changed. */
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import type { FleetNode } from '../fleet/member.ts';

type Listed = Pick<FleetNode, 'json'>;

/** Nodes of one piece: some 170 kB, which a change of one of them writes anew. */
const PIECE_NODES = 256;

/** Selected nodes of a piece up to which they are written for the one reader. */
const WRITTEN_ALONE_MAX = 32;

const BEGIN = Buffer.from('{"items":[');
const COMMA = Buffer.from(',');
const END = Buffer.from(']}');

const compress = promisify(gzip);

interface Piece {
  /** What its bytes were made of: a node that has changed has another text. */
  readonly texts: readonly string[];
  /** The texts with a comma between each two. */
  readonly bytes: Buffer;
  /** Where each text begins, and, last, one past the comma that would follow. */
  readonly offsets: Uint32Array;
}

/** One version of a list. */
export interface ListBody {
  readonly pieces: readonly Buffer[];
  readonly length: number;
}

/** Some nodes in any order, written for this reader alone. @param next What follows the items. */
export function listBodyOf(nodes: readonly Listed[], next: string): ListBody {
  return bodyOf([BEGIN, Buffer.from(nodes.map(({ json }) => json).join(',')), Buffer.from(`]${next}}`)]);
}

/** Lists of nodes by id. */
export class ListBytes {
  readonly #pieces: (Piece | undefined)[] = [];
  #whole: { readonly version: number; readonly body: ListBody } | null = null;
  #packed: { readonly version: number; readonly body: Promise<ListBody> } | null = null;

  /**
   * @param nodes All of them, in their order.
   * @param version Another one for each change of any of them.
   */
  whole(nodes: readonly Listed[], version: number): ListBody {
    if (this.#whole?.version === version) return this.#whole.body;
    const body = this.some(nodes, () => true);
    this.#whole = { version, body };
    return body;
  }

  /** Those that are selected, in their order. */
  some<N extends Listed>(nodes: readonly N[], isSelected: (node: N) => boolean): ListBody {
    const written: Buffer[] = [];
    for (let begin = 0; begin < nodes.length; begin += PIECE_NODES) {
      const members = nodes.slice(begin, begin + PIECE_NODES);
      const bytes = this.#bytesOf(begin / PIECE_NODES, members, members.map(isSelected));
      if (bytes === null) continue;
      if (written.length > 0) written.push(COMMA);
      written.push(bytes);
    }
    this.#pieces.length = Math.min(this.#pieces.length, Math.ceil(nodes.length / PIECE_NODES));
    return bodyOf([BEGIN, ...written, END]);
  }

  /** The whole list for a reader far away, packed beside the event loop and once for all who ask for it meanwhile. */
  packed(nodes: readonly Listed[], version: number): Promise<ListBody> {
    if (this.#packed?.version === version) return this.#packed.body;
    const whole = Buffer.concat(this.whole(nodes, version).pieces);
    // The fastest level: a list repeats itself so much that the best one makes it only a little smaller.
    const body = compress(whole, { level: constants.Z_BEST_SPEED }).then((bytes) => bodyOf([bytes]));
    this.#packed = { version, body };
    return body;
  }

  /** @returns `null`: none of them is selected. */
  #bytesOf(place: number, members: readonly Listed[], selected: readonly boolean[]): Buffer | null {
    const count = selected.reduce((sum, isSelected) => sum + (isSelected ? 1 : 0), 0);
    if (count === 0) return null;
    // A few are sooner written than a whole piece is brought up to date.
    if (count < WRITTEN_ALONE_MAX && count < members.length)
      return Buffer.from(members.flatMap(({ json }, index) => (selected[index] === true ? [json] : [])).join(','));
    const piece = pieceOf(members, this.#pieces[place]);
    this.#pieces[place] = piece;
    return count === members.length ? piece.bytes : cutOf(piece, selected);
  }
}

function pieceOf(members: readonly Listed[], known: Piece | undefined): Piece {
  const texts = members.map(({ json }) => json);
  if (known?.texts.length === texts.length && texts.every((text, index) => text === known.texts[index])) return known;
  const offsets = new Uint32Array(texts.length + 1);
  let offset = 0;
  for (const [index, text] of texts.entries()) {
    offset += Buffer.byteLength(text) + 1;
    offsets[index + 1] = offset;
  }
  return { texts, bytes: Buffer.from(texts.join(',')), offsets };
}

/**
 * Those of a piece that are selected: a copy, made run by run, and not a byte larger than it must be. Memory outside of the heap
 * makes the collector run, which looks at the whole fleet.
 */
function cutOf({ bytes, offsets }: Piece, selected: readonly boolean[]): Buffer {
  const lengthOf = (index: number) => (offsets[index + 1] ?? 0) - (offsets[index] ?? 0);
  const total = selected.reduce((sum, isSelected, index) => sum + (isSelected ? lengthOf(index) : 0), 0);
  const cut = Buffer.allocUnsafe(total - 1);
  let length = 0;
  for (let index = 0; index < selected.length; index += 1) {
    if (selected[index] !== true) continue;
    const begin = offsets[index];
    while (selected[index + 1] === true) index += 1;
    if (length > 0) length += cut.write(',', length);
    length += bytes.copy(cut, length, begin, (offsets[index + 1] ?? 0) - 1);
  }
  return cut;
}

function bodyOf(pieces: readonly Buffer[]): ListBody {
  return { pieces, length: pieces.reduce((sum, { length }) => sum + length, 0) };
}
