/** The catalogue: the built-in commands, and every command that agents of the fleet declare, each name once. */
import { type DeclaredCommand, Json, type NodeCommand, type routes } from '@sluice/contract';
import { isSameValue } from '@sluice/core';
import { sees } from '../authentication/principal.ts';
import type { FleetNode } from '../fleet/member.ts';
import Type, { type TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { BUILT_IN_COMMANDS, isBuiltIn, isOwnReboot, REBOOT } from './built-in-commands.ts';
import { noSuchNode } from './nodes.ts';
import { type Handler, value } from './route-context.ts';

export const listCommands: Handler<typeof routes.listCommands> = ({ query, principal }, { fleet }) => {
  if (query.node === undefined || query.node === '')
    return value({ items: catalogue(fleet.nodes().filter((node) => sees(principal, node))) });
  const node = fleet.node(query.node);
  return node === undefined || !sees(principal, node) ? noSuchNode(query.node) : value({ items: catalogue([node]) });
};

const parametersSchema = Compile(Type.Record(Type.String(), Json));

/** The schemas of the built-in commands' bodies as plain JSON, without what only TypeBox sees in them. */
const BUILT_IN_PARAMETERS = Object.fromEntries(BUILT_IN_COMMANDS.map(({ name, body }) => [name, plainSchema(body)]));

interface Declared {
  readonly first: DeclaredCommand;
  readonly types: Set<string>;
  readonly variants: DeclaredCommand[];
}

function catalogue(nodes: readonly FleetNode[]): NodeCommand[] {
  const allTypes = new Set<string>();
  const rebootTypes = new Set<string>();
  const byName = new Map<string, Declared>();
  for (const { state } of nodes) {
    const { type } = state.identity;
    allTypes.add(type);
    if ((state.reboot ?? null) !== null) rebootTypes.add(type);
    for (const command of state.commands) {
      // Whatever an agent calls so: these names mean the same on every node.
      if (isBuiltIn(command.name) && !(command.name === REBOOT && isOwnReboot(state))) continue;
      const declared = byName.get(command.name) ?? { first: command, types: new Set<string>(), variants: [] };
      declared.types.add(type);
      if (!declared.variants.some((variant) => isSameValue(variant, command))) declared.variants.push(command);
      byName.set(command.name, declared);
    }
  }
  const ownReboots = byName.get(REBOOT);
  if (rebootTypes.size > 0) byName.delete(REBOOT);
  const builtIn = BUILT_IN_COMMANDS.flatMap(({ name, description, disruptive }): NodeCommand[] => {
    if (name === REBOOT && rebootTypes.size === 0) return [];
    const isReboot = name === REBOOT;
    return [
      {
        name,
        description,
        builtIn: true,
        disruptive,
        parameters: BUILT_IN_PARAMETERS[name] ?? {},
        nodeTypes: [...(isReboot ? rebootTypes : allTypes)].toSorted(),
        variants: 1 + (isReboot ? (ownReboots?.variants.length ?? 0) : 0),
      },
    ];
  });
  const declared = [...byName.values()]
    .map(({ first, types, variants }): NodeCommand => {
      const { name, description, disruptive, parameters } = first;
      return {
        name,
        description,
        builtIn: false,
        disruptive,
        parameters,
        nodeTypes: [...types].toSorted(),
        variants: variants.length,
      };
    })
    .toSorted((one, other) => (one.name < other.name ? -1 : 1));
  return [...builtIn, ...declared];
}

function plainSchema(schema: TSchema): NodeCommand['parameters'] {
  const plain: unknown = JSON.parse(JSON.stringify(schema));
  return parametersSchema.Check(plain) ? plain : {};
}
