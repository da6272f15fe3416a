/** `key=value` arguments as the values that a command's JSON Schema asks for. */
import type { Json, NodeCommand } from '@sluice/contract';
import { parameterSchemas } from '../output/schema-in-words.ts';

export type ParameterValues =
  | { readonly ok: true; readonly values: Readonly<Record<string, Json>> }
  | { readonly ok: false; readonly detail: string };

/** Types the values by the declared schema; whether they are allowed is the server's to say, which knows all of it. */
export function readParameterValues(pairs: readonly string[], parameters: NodeCommand['parameters']): ParameterValues {
  const schemas = parameterSchemas(parameters);
  const values: Record<string, Json> = {};
  for (const pair of pairs) {
    const [, name, text] = /^([^=]+)=(.*)$/su.exec(pair) ?? [];
    if (name === undefined || text === undefined)
      return { ok: false, detail: `'${pair}' is not written as key=value.` };
    if (Object.hasOwn(values, name)) return { ok: false, detail: `'${name}' is given twice.` };
    const type: unknown = schemas.get(name)?.['type'];
    const value = readValue(text, type);
    if (value === undefined) return { ok: false, detail: `'${name}' is of type ${String(type)}; '${text}' is not.` };
    Object.defineProperty(values, name, { value, enumerable: true });
  }
  return { ok: true, values };
}

function readValue(text: string, type: unknown): Json | undefined {
  switch (type) {
    case 'number':
    case 'integer': {
      const number = text.trim() === '' ? Number.NaN : Number(text);
      return Number.isFinite(number) && (type === 'number' || Number.isInteger(number)) ? number : undefined;
    }
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : undefined;
    default:
      return text;
  }
}
