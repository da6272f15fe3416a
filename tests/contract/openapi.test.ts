/** `/openapi.json` is a valid OpenAPI 3.1 document, by the rules of the specification's own JSON Schema. */
import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ServerUnderTest } from '../../packages/server/src/http/server-under-test.ts';

let server: ServerUnderTest;
let text: string;

beforeAll(async () => {
  server = await ServerUnderTest.start();
  ({ text } = await server.ask('GET', '/openapi.json', { token: null }));
});
afterAll(() => server.stop());

function documentIn(json: string): Record<string, unknown> {
  const document: Record<string, unknown> = JSON.parse(json);
  return document;
}

test('the document that the server gives is valid', async () => {
  const validator = new Validator();
  expect(await validator.validate(documentIn(text))).toEqual({ valid: true });
  expect(validator.version).toBe('3.1');
});

test('and one with a mistake would not be', async () => {
  const mistaken = text.replace('"in":"path"', '"in":"somewhere"');
  expect(mistaken).not.toBe(text);
  expect(await new Validator().validate(documentIn(mistaken))).toMatchObject({
    valid: false,
    errors: expect.any(Array),
  });
});
