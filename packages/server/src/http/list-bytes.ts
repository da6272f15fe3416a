/** The bytes of the whole list of nodes, in pieces that are written anew only when one of their nodes has changed. */
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import type { FleetNode } from '../fleet/member.ts';

type Listed = Pick<FleetNode, 'json'>;

/** Nodes of one piece: some 170 kB, which a change of one of them writes anew. */
const PIECE_NODES = 256;

const BEGIN = Buffer.from('{"items":[');
const END = Buffer.from(']}');

const compress = promisify(gzip);

interface Piece {
  /** What its bytes were made of: a node that has changed has another text. */
  readonly texts: readonly string[];
  readonly bytes: Buffer;
}

/** One version of the list. */
export interface ListBody {
  readonly pieces: readonly Buffer[];
  readonly length: number;
}

/** Some of the nodes, in any order. @param next What follows the items. */
export function listBodyOf(nodes: readonly Listed[], next: string): ListBody {
  const pieces: Buffer[] = [];
  for (let begin = 0; begin < nodes.length; begin += PIECE_NODES) pieces.push(pieceOf(nodes, begin, undefined).bytes);
  return bodyOf([BEGIN, ...pieces, Buffer.from(`]${next}}`)]);
}

/** The list of all nodes, by id. */
export class ListBytes {
  #pieces: readonly Piece[] = [];
  #body: { readonly version: number; readonly body: ListBody } | null = null;
  #compressed: { readonly version: number; readonly body: Promise<ListBody> } | null = null;

  /**
   * @param nodes All of them, in their order.
   * @param version Another one for each change of any of them.
   */
  of(nodes: readonly Listed[], version: number): ListBody {
    if (this.#body?.version === version) return this.#body.body;
    const pieces: Piece[] = [];
    for (let begin = 0; begin < nodes.length; begin += PIECE_NODES)
      pieces.push(pieceOf(nodes, begin, this.#pieces[begin / PIECE_NODES]));
    this.#pieces = pieces;
    const body = bodyOf([BEGIN, ...pieces.map(({ bytes }) => bytes), END]);
    this.#body = { version, body };
    return body;
  }

  /** The same for a reader far away, packed beside the event loop and once for all who ask for it meanwhile. */
  packed(nodes: readonly Listed[], version: number): Promise<ListBody> {
    if (this.#compressed?.version === version) return this.#compressed.body;
    const whole = Buffer.concat(this.of(nodes, version).pieces);
    // The fastest level: a list repeats itself so much that the best one makes it only a little smaller.
    const body = compress(whole, { level: constants.Z_BEST_SPEED }).then((bytes) => bodyOf([bytes]));
    this.#compressed = { version, body };
    return body;
  }
}

function pieceOf(nodes: readonly Listed[], begin: number, known: Piece | undefined): Piece {
  const end = Math.min(begin + PIECE_NODES, nodes.length);
  let isSame = known !== undefined && known.texts.length === end - begin;
  const texts: string[] = [];
  for (let index = begin; index < end; index += 1) {
    const text = nodes[index]?.json ?? '';
    if (isSame && known?.texts[index - begin] !== text) isSame = false;
    texts.push(text);
  }
  if (isSame && known !== undefined) return known;
  return { texts, bytes: Buffer.from((begin === 0 ? '' : ',') + texts.join(',')) };
}

function bodyOf(pieces: readonly Buffer[]): ListBody {
  return { pieces, length: pieces.reduce((sum, { length }) => sum + length, 0) };
}
