/** What a schema knows of a value: a newer agent tells more, and nothing of that is to be kept or shown. */

type Pick = (value: unknown) => unknown;

/**
 * Made once for a schema, since a library's way of doing it takes milliseconds a message.
 * @param schema As TypeBox makes it. Mappings whose keys are free, and whatever else has no fields, are left as they are.
 * @returns What gives a value that fits the schema without the fields that the schema does not name.
 */
export function pickKnownFields(schema: object): Pick {
  return pickOf([schema]) ?? ((value) => value);
}

/** For a value that fits one of them. `null`: nothing is ever to be left out. */
function pickOf(schemas: readonly object[]): Pick | null {
  const variants = schemas.flatMap(variantsOf);
  if (variants.length === 0) return null;
  const isFree = variants.some(
    (variant) => !('type' in variant || 'const' in variant) || 'patternProperties' in variant,
  );
  if (isFree) return null;
  const fields = fieldsOf(variants);
  const items = pickOf(variants.flatMap((variant) => objectIn(variant, 'items')));
  if (fields.size === 0 && items === null) return null;
  return (value) => {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) {
      const list: readonly unknown[] = value;
      return items === null ? list : list.map(items);
    }
    return fields.size === 0 ? value : pickFields({ ...value }, fields);
  };
}

function pickFields(value: Readonly<Record<string, unknown>>, fields: ReadonlyMap<string, Pick | null>): object {
  const picked: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(value)) {
    const pick = fields.get(name);
    if (pick !== undefined) picked[name] = pick === null ? field : pick(field);
  }
  return picked;
}

/** The fields that any of the variants has. */
function fieldsOf(variants: readonly object[]): ReadonlyMap<string, Pick | null> {
  const schemas = new Map<string, object[]>();
  for (const properties of variants.flatMap((variant) => objectIn(variant, 'properties')))
    for (const name of Object.keys(properties))
      schemas.set(name, [...(schemas.get(name) ?? []), ...objectIn(properties, name)]);
  return new Map([...schemas].map(([name, each]) => [name, pickOf(each)]));
}

function variantsOf(schema: object): readonly object[] {
  const [anyOf] = objectIn(schema, 'anyOf');
  return Array.isArray(anyOf) ? anyOf.flatMap((each: unknown) => (isObject(each) ? variantsOf(each) : [])) : [schema];
}

/** What stands there, in a list; an empty one: no object does. */
function objectIn(owner: object, name: string): readonly object[] {
  const value: unknown = Object.getOwnPropertyDescriptor(owner, name)?.value;
  return isObject(value) ? [value] : [];
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
