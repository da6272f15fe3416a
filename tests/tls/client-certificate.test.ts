/** Which certificate counts, over real TLS: only one that the TLS stack has checked, and only by the names that are in it. */
import { connect, createServer, type Server } from 'node:tls';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ClientCertificate, clientCertificateOf } from '../../packages/server/src/tls/client-certificate.ts';
import { type Issued, issue, newAuthority } from './certificates.ts';

interface Seen {
  readonly isResumed: boolean;
  readonly certificate: ClientCertificate | null;
}

let authority: Issued;
let server: Server;
let port: number;
let seen: Seen[];

beforeEach(async () => {
  authority = await newAuthority('the authority');
  seen = [];
  const own = await issue(authority, 'server.example');
  server = createServer({ ...own, ca: authority.cert, requestCert: true, rejectUnauthorized: false }, (socket) => {
    seen.push({ isResumed: socket.isSessionReused(), certificate: clientCertificateOf(socket) });
    socket.on('error', () => socket.destroy());
    socket.end('done');
  });
  port = await new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
});

afterEach(
  () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
    }),
);

/** One connection, to its end. @returns What resumes its session. */
function visit(own: Issued | null, session?: Buffer): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    let ticket: Buffer | undefined;
    const options = { ...own, ...(session === undefined ? {} : { session }) };
    const socket = connect({ host: '127.0.0.1', port, ca: authority.cert, ...options });
    socket.on('session', (given) => {
      ticket = given;
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(ticket));
    socket.resume();
  });
}

test('a checked certificate gives its names and its fingerprint', async () => {
  await visit(await issue(authority, 'lobby-1'));
  expect(seen[0]?.certificate).toMatchObject({
    fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/u),
    names: ['lobby-1', 'localhost'],
  });
});

test('none, one of another authority, and one that has run out count as none', async () => {
  await visit(null);
  await visit(await issue(await newAuthority('a stranger'), 'lobby-1'));
  await visit(await issue(authority, 'lobby-1', -1));
  expect(seen.map(({ certificate }) => certificate)).toEqual([null, null, null]);
});

test('a session that is resumed without a certificate has none, though the TLS stack calls it authorised', async () => {
  const session = await visit(null);
  await visit(null, session);
  expect(seen).toEqual([
    { isResumed: false, certificate: null },
    { isResumed: true, certificate: null },
  ]);
});

test('a name with commas is one name: it cannot smuggle in that of another node', async () => {
  const name = 'urn:x, DNS:victim, DNS:y';
  await visit(await issue(authority, 'lobby-1', 30, [{ type: 6, value: name }]));
  expect(seen[0]?.certificate?.names).toEqual(['lobby-1', name]);
});
