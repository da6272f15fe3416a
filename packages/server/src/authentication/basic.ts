/** Basic authentication (RFC 7617), for programs that can be given a password and no other header. */

/** @returns The header with the password as a bearer token, whoever the user is; any other header as it is. */
export function bearerOfBasic(header: string | undefined): string | undefined {
  const encoded = /^basic\s+(\S+)\s*$/iu.exec(header ?? '')?.[1];
  if (encoded === undefined) return header;
  const credentials = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = credentials.indexOf(':');
  return colon < 0 ? undefined : `Bearer ${credentials.slice(colon + 1)}`;
}
