/** A recorded conversation: what one agent and one server said to each other, and what people did meanwhile, in order. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import Type from 'typebox';
import { Compile } from 'typebox/compile';

/** One folder for each minor version that was released, such as `0.1`; what is in it is never changed. */
export const RECORDED = path.join(import.meta.dirname, 'recorded');
export const CONVERSATION_FILE = 'conversation.jsonl';
/** Of the agent that was recorded: its proofs are made anew when it is played. It opens nothing but servers of tests. */
export const CREDENTIAL_FILE = 'agent-credential.json';
/** What the version takes from the other side, as JSON Schema. */
export const SCHEMAS_FILE = 'messages.schema.json';
export const NODE_ID = 'recorded-1';

/** A message of whatever version: of its fields only the kind is known. */
const Message = Type.Intersect([Type.Object({ kind: Type.String() }), Type.Record(Type.String(), Type.Unknown())]);
export type Message = Type.Static<typeof Message>;

const Line = Type.Union([
  Type.Object({ from: Type.Union([Type.Literal('agent'), Type.Literal('server')]), message: Message }),
  /** A person asks the server, or a player the workload. */
  Type.Object({
    from: Type.Literal('person'),
    to: Type.Union([Type.Literal('server'), Type.Literal('workload')]),
    method: Type.String(),
    path: Type.String(),
    body: Type.Unknown(),
  }),
  /** The agent is asked to end. */
  Type.Object({ from: Type.Literal('person'), to: Type.Literal('agent') }),
  /** How the server showed the node then. */
  Type.Object({
    from: Type.Literal('list'),
    status: Type.String(),
    availability: Type.String(),
    incarnation: Type.Integer(),
  }),
]);
export type Line = Type.Static<typeof Line>;
const line = Compile(Line);

const Schemas = Type.Object({
  agentMessage: Type.Record(Type.String(), Type.Unknown()),
  serverMessage: Type.Record(Type.String(), Type.Unknown()),
});
const schemas = Compile(Schemas);
const Credential = Type.Object({ current: Type.String(), previous: Type.String() });
const credential = Compile(Credential);
const message = Compile(Message);

export interface Recorded {
  readonly version: string;
  readonly lines: readonly Line[];
  /** Its key, PKCS #8 in PEM: the one of before and the one that it was given in the conversation. */
  readonly credential: Type.Static<typeof Credential>;
  readonly schemas: Type.Static<typeof Schemas>;
}

export function readRecorded(): readonly Recorded[] {
  if (!existsSync(RECORDED)) return [];
  return readdirSync(RECORDED).map((version) => {
    const text = (name: string) => readFileSync(path.join(RECORDED, version, name), 'utf8');
    return {
      version,
      lines: text(CONVERSATION_FILE)
        .trim()
        .split('\n')
        .map((each) => checked(line, each)),
      credential: checked(credential, text(CREDENTIAL_FILE)),
      schemas: checked(schemas, text(SCHEMAS_FILE)),
    };
  });
}

/** @throws Error: it is no message of any version. */
export function parseMessage(text: string): Message {
  return checked(message, text);
}

/** Whole, with whatever fields it has. */
function checked<T>(schema: { Check(value: unknown): value is T }, text: string): T {
  const value: unknown = JSON.parse(text);
  if (!schema.Check(value)) throw new Error(`not as the conversations are: ${text.slice(0, 200)}`);
  return value;
}
