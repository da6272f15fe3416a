/** A new token that may only look. */
import { ApiCaller } from './api-caller.ts';

export async function viewerToken(url: string): Promise<string> {
  const caller = new ApiCaller(url);
  const answered = await caller.expect(200, '/api/v1/tokens', {
    method: 'POST',
    body: { name: 'viewer of a benchmark', role: 'viewer' },
  });
  caller.close();
  const value: unknown = JSON.parse(answered.text());
  if (typeof value !== 'object' || value === null || !('secret' in value)) throw new Error('no token was made');
  return String(value.secret);
}
