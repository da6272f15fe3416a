/** Bodies as existing clients send them: JSON, or nothing at all, whatever the content type says about nothing. */
import { readJsonText } from '@sluice/core';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { dialectOf } from './dialect.ts';
import { ProblemError } from './problem-response.ts';

/** The body as it was sent, beside the parsed one: metadata is taken from the text without loss. */
const texts = new WeakMap<FastifyRequest, string>();

export function bodyTextOf(request: FastifyRequest): string {
  return texts.get(request) ?? '';
}

/** Takes JSON under the media types of the contract; an empty body is an empty object. */
export function readJsonBodies(app: FastifyInstance, mediaTypes: readonly string[]): void {
  app.removeAllContentTypeParsers();
  const read = (
    request: FastifyRequest,
    bytes: string | Buffer,
    done: (error: Error | null, body?: unknown) => void,
  ): void => {
    const text = decoded(bytes);
    if (text === null) {
      done(new ProblemError({ code: 'invalid-request', detail: 'The body is not UTF-8.' }));
      return;
    }
    if (text.trim() === '') {
      done(null, {});
      return;
    }
    try {
      // Keys such as `__proto__` are data here: they are never assigned, only read.
      const body: unknown = JSON.parse(text);
      // Whatever walks through it later (checks, the store) would exhaust the stack.
      if (readJsonText(text) === null) throw new Error('it is nested too deeply');
      texts.set(request, text);
      done(null, body);
    } catch (error) {
      done(
        new ProblemError({
          code: 'invalid-request',
          detail: `The body cannot be read as JSON: ${error instanceof Error ? error.message : String(error)}`,
        }),
      );
    }
  };
  app.addContentTypeParser([...mediaTypes], { parseAs: 'buffer' }, read);
  // A body without a type: some clients send `Content-Length: 0` with none, which is no body.
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (request, bytes, done) => {
    if (bytes.length === 0) done(null, {});
    // zincati says nothing of the type, and curl says that it is a form.
    else if (dialectOf(request) === 'fleetlock') read(request, bytes, done);
    else
      done(
        new ProblemError({
          code: 'unsupported-media-type',
          detail: `The body has the type '${request.headers['content-type'] ?? 'none'}'; send application/json.`,
        }),
      );
  });
}

function decoded(bytes: string | Buffer): string | null {
  if (typeof bytes === 'string') return bytes;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
