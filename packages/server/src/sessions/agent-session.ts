/** One agent's session: its hello, its messages, and what it is told. Agents may lie; every message is checked. */
import {
  type Actor,
  AGENT_CLOSE,
  type AgentMessage,
  type Hello,
  type OperationUpdate,
  type Problem,
  type ServerMessage,
} from '@sluice/contract';
import { answerToUpdate, type Command, type Credentials } from '@sluice/core';
import { credentialsOf } from './check-proof.ts';
import { checkHello } from './hello-faults.ts';
import { closeFor } from './close-for.ts';
import { KeyRotation } from './key-rotation.ts';
import { welcomeOf } from './welcome.ts';
import type { Executed } from '../fleet/execution.ts';
import type { Lease } from './leases.ts';
import { Outbox } from './outbox.ts';
import { parseAgentMessage } from './parse-agent-message.ts';
import { Recordings } from './recordings.ts';
import type { SessionOptions } from './session-options.ts';
import { closeReason, sendBounded, type SessionSocket } from './session-socket.ts';
import type { SessionTimes } from './session-times.ts';
import { EMPTY_HEARTBEAT } from './take-heartbeats.ts';

/** Messages that wait for the one before them at which a session is given up: the agent says everything again when it comes back. */
const WAITING_MESSAGES_MAX = 1000;
/** The same before the welcome: an agent has nothing to say then but its hello, and nobody has proved anything for what is kept. */
const UNWELCOMED_MESSAGES_MAX = 2;

export class AgentSession {
  readonly id: string;
  readonly socket: SessionSocket;
  /** `null`: it is not the session that its node is believed by. */
  lease: Lease | null = null;
  readonly #options: SessionOptions;
  readonly #outbox = new Outbox();
  readonly #recordings = new Recordings((error) => this.#failed(error));
  /** Closed by this side: what it still says was said before what its successor says. */
  #isOver = false;
  #nodeId: string | null = null;
  #instanceId: string | null = null;
  #isWelcomed = false;
  #times: SessionTimes;
  #hasSaidGoodbye = false;
  #credentials: Credentials = { kind: 'none' };
  readonly #keys: KeyRotation;

  constructor(options: SessionOptions) {
    this.id = options.id;
    this.socket = options.socket;
    this.#options = options;
    this.#times = options.times();
    this.#keys = new KeyRotation({
      ...options,
      actor: () => this.#actor(),
      send: (message) => this.#send(message),
      misled: (why) => this.close(AGENT_CLOSE.badMessage, why),
    });
  }

  /** Takes what the agent says, one after the other. */
  receive(text: string, isBinary: boolean): void {
    if (this.#isOver) return;
    this.#options.registry.heard(this);
    // An empty heartbeat has said all that it says by being heard.
    if (this.#isWelcomed && text === EMPTY_HEARTBEAT) return;
    this.#askForKeyWhenDue();
    const waitingMax = this.#isWelcomed ? WAITING_MESSAGES_MAX : UNWELCOMED_MESSAGES_MAX;
    if (this.#recordings.size >= waitingMax) {
      this.close(AGENT_CLOSE.tryLater, 'retry after 1000 ms: what was said cannot be recorded yet');
      return;
    }
    this.#recordings.inTurn(() => (this.#isOver ? undefined : this.#receive(text, isBinary)));
  }

  /** An agent that asks for a sign of life gives one. */
  pinged(): void {
    if (this.#isOver) return;
    this.#options.registry.heard(this);
    this.#askForKeyWhenDue();
  }

  /** `null`: it has not said hello. */
  get nodeId(): string | null {
    return this.#nodeId;
  }

  /** What its agent was told. */
  get times(): SessionTimes {
    return this.#times;
  }

  get remoteIp(): string {
    return this.#options.peer.remoteIp;
  }

  /** What the agent proved; `none` before its hello. */
  get credentials(): Credentials {
    return this.#credentials;
  }

  /** The first message: what the agent's proof must be made for. */
  challenge(): void {
    this.#send({ kind: 'challenge', nonce: this.#options.nonce });
  }

  get instanceId(): string | null {
    return this.#instanceId;
  }

  get isWelcomed(): boolean {
    return this.#isWelcomed;
  }

  get hasSaidGoodbye(): boolean {
    return this.#hasSaidGoodbye;
  }

  /** Tells the agent whatever should be under way and it has not been told in this session. */
  tellWhatIsUnderWay(): void {
    const node = this.#nodeId === null ? undefined : this.#options.fleet.node(this.#nodeId);
    if (node === undefined || !this.#isWelcomed) return;
    for (const message of this.#outbox.take(node.state, this.#options.fleet.now())) this.#send(message);
  }

  close(code: number, reason: string): void {
    this.#isOver = true;
    this.socket.close(code, closeReason(reason));
  }

  /** Ends it without a word. */
  abandon(): void {
    this.#isOver = true;
    this.socket.terminate();
  }

  /** The socket is gone: the node's session ends with it. */
  async ended(why: string): Promise<void> {
    await this.#recordings.taken();
    if (this.#nodeId === null || this.#hasSaidGoodbye) return;
    const end = { kind: 'RecordDisconnect', sessionId: this.id, goodbye: false, why } as const;
    await this.#options.fleet.record(this.#nodeId, end, this.#actor());
  }

  async #receive(text: string, isBinary: boolean): Promise<void> {
    const parsed = parseAgentMessage(text, isBinary);
    if (!parsed.ok) {
      // Before its hello nobody is known to be an agent, of whatever version.
      if (!parsed.isNewer || !this.#isWelcomed) this.close(AGENT_CLOSE.badMessage, parsed.fault);
      return;
    }
    const { message } = parsed;
    if (message.kind === 'hello') {
      if (this.#nodeId === null) await this.#hello(message);
      else this.close(AGENT_CLOSE.badMessage, 'a second hello');
      return;
    }
    if (this.#isWelcomed) await this.#take(message);
    else this.close(AGENT_CLOSE.badMessage, `${message.kind} before hello`);
  }

  #askForKeyWhenDue(): void {
    if (this.#nodeId !== null && this.#keys.isDue) void this.#recordings.begin(this.#keys.ask(this.#nodeId));
  }

  /** Begins to record what was said: the fleet keeps the order. @returns What must be over before anything further is taken. */
  #take(message: Exclude<AgentMessage, Hello>): Promise<void> | undefined {
    switch (message.kind) {
      case 'heartbeat': {
        const { load, workload, commands } = message;
        if (load !== undefined && this.#nodeId !== null) this.#options.fleet.measures.measured(this.#nodeId, load);
        if (workload !== undefined) void this.#recordings.begin(this.#record({ kind: 'RecordWorkload', workload }));
        if (commands !== undefined) void this.#recordings.begin(this.#record({ kind: 'RecordCommands', commands }));
        return;
      }
      case 'availability.report':
        void this.#recordings.begin(this.#record({ kind: 'RecordAvailability', report: message }));
        return;
      case 'operation.update':
        void this.#recordings.begin(this.#update(message));
        return;
      case 'operation.output':
        if (this.#nodeId !== null)
          this.#options.fleet.measures.wrote(this.#nodeId, message.operationId, message.output);
        return;
      case 'key.offer':
        return this.#nodeId === null ? undefined : this.#keys.take(this.#nodeId, message);
      case 'goodbye': {
        this.#hasSaidGoodbye = true;
        const why = message.why === 'restarting' ? 'its agent is restarting' : 'its agent was stopped on purpose';
        void this.#recordings.begin(this.#record({ kind: 'RecordDisconnect', sessionId: this.id, goodbye: true, why }));
        return;
      }
    }
  }

  async #hello(hello: Hello): Promise<void> {
    const check = checkHello(hello);
    if (!check.ok) return this.close(check.code, check.reason);
    const { admission, registry, peer, nonce, fleet, logger } = this.#options;
    const nodeId = hello.node.id;
    registry.saidHello(this);
    const isGone = () => this.#isOver || !this.socket.isOpen();
    if (!(await registry.helloTurn(isGone)))
      return this.close(AGENT_CLOSE.tryLater, 'retry after 1000 ms: too many hellos');
    this.#credentials = await credentialsOf(peer, hello, nonce);
    const hindrance = await admission.whyNotIn(hello, this.#credentials, peer);
    // Its agent may have gone meanwhile, and be welcome in another session.
    if (isGone()) return;
    if (hindrance !== null && hindrance !== 'node-id-in-use') return this.#turnAway(nodeId, hindrance);
    const admitted = hindrance === null ? await registry.admit(this, hello) : 'refused';
    if (admitted === 'gone') return;
    if (admitted === 'refused') {
      const about = { event: 'node-id-in-use', nodeId, instanceId: hello.instanceId };
      logger.warn(about, 'two agents use one node id; the newer was refused');
      this.close(AGENT_CLOSE.nodeIdInUse, 'node-id-in-use: another live agent has this node id');
      return;
    }
    this.#nodeId = nodeId;
    this.#instanceId = hello.instanceId;
    const registered = await this.#record({
      kind: 'RegisterNode',
      hello,
      sessionId: this.id,
      serverId: this.#options.serverId(),
      remoteIp: this.remoteIp,
      credentials: this.#credentials,
    });
    if (registered?.node == null) return;
    fleet.measures.measured(nodeId, hello.load);
    this.#welcome(registered.node, check.protocolVersion);
    logger.info({ event: 'agent-connected', nodeId, sessionId: this.id, remoteIp: this.remoteIp }, 'connected');
  }

  #welcome(node: NonNullable<Executed['node']>, protocolVersion: number): void {
    const current = this.#options.fleet.node(node.id)?.state ?? node;
    const underWay = this.#outbox.take(current, this.#options.fleet.now());
    this.#isWelcomed = true;
    for (const message of welcomeOf(this, protocolVersion, this.#options.registry.nextHeartbeatInMs(), underWay))
      this.#send(message);
    this.#keys.watch(current, this.#credentials);
  }

  #turnAway(nodeId: string, problem: Problem): void {
    if (problem.code !== 'agent-refused') return this.close(...closeFor(problem));
    this.#options.registry.refused(this, nodeId, problem.detail);
    this.close(AGENT_CLOSE.notAuthorised, problem.detail);
  }

  /** The acknowledgement of an accepted act is the agent's permission to begin: it goes out only after the commit. */
  async #update(update: OperationUpdate): Promise<void> {
    const recorded = await this.#record({ kind: 'RecordOperation', update });
    if (recorded?.node == null) return;
    const { operationId, sequence } = update;
    const answer = answerToUpdate(recorded.node, update);
    if (answer === 'wait') return;
    const reason = 'the operation has ended, or this server does not know it';
    if (answer === 'stop') this.#send({ kind: 'operation.cancel', operationId, reason });
    this.#send({ kind: 'operation.ack', operationId, sequence });
  }

  /**
   * While the store is away the session goes on: what the agent said is recorded, and acknowledged, when it can be.
   * Only a hello is not waited for: the agent comes back.
   */
  async #record(command: Command): Promise<Executed | null> {
    if (this.#nodeId === null) throw new Error(`${command.kind} before hello`);
    const { fleet } = this.#options;
    const by = this.#actor();
    const result = await (this.#isWelcomed
      ? fleet.record(this.#nodeId, command, by, this.id)
      : fleet.execute(this.#nodeId, command, by));
    if (result.ok) return result.value;
    this.#turnAway(this.#nodeId, result.problem);
    return null;
  }

  #actor(): Actor {
    return { name: 'agent', address: this.remoteIp };
  }

  #send(message: ServerMessage): void {
    if (sendBounded(this.socket, JSON.stringify(message))) return;
    this.#options.logger.warn(
      { event: 'agent-too-slow', nodeId: this.#nodeId },
      'an agent does not read what it is sent; its session is ended',
    );
    this.socket.terminate();
  }

  #failed(error: unknown): void {
    this.#options.logger.error(
      { event: 'session-failed', nodeId: this.#nodeId, err: error },
      'a message could not be handled; the session is ended',
    );
    this.socket.terminate();
  }
}
