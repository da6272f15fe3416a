/** Points of Curve25519 that are no keys: a signature of one is easily made by anybody, and OpenSSL takes it. */

/**
 * All encodings of the points whose order divides 8, without the sign: 0, 1, the two of order 8, p - 1, and p and p + 1, which are
 * 0 and 1 once more (libsodium refuses the same).
 */
const SMALL_ORDER = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
]);
/** Bytes of a public key; the highest bit of the last one is the sign. */
const KEY_BYTES = 32;

export function hasSmallOrder(publicKey: Buffer): boolean {
  if (publicKey.length !== KEY_BYTES) return false;
  const unsigned = Buffer.from(publicKey);
  unsigned[KEY_BYTES - 1] = (unsigned[KEY_BYTES - 1] ?? 0) & 0x7f;
  return SMALL_ORDER.has(unsigned.toString('hex'));
}
