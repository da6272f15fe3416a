/** `GET /metrics` of the agent, where the configuration opens it. */
import type { ListenAddress } from '../rotation/listen.ts';
import { jsonAnswer, serveSmall, type SmallHttpServer } from '../small-http-server.ts';
import type { AgentMetrics } from './agent-metrics.ts';

/** The media type of Prometheus's text format. */
const TEXT_FORMAT = 'text/plain; version=0.0.4; charset=utf-8';

export class MetricsEndpoint {
  #server: SmallHttpServer | null = null;
  #metrics: AgentMetrics | null = null;

  /** @throws Error for the one who started the agent: it cannot be listened on. */
  static async open(address: ListenAddress): Promise<MetricsEndpoint> {
    const endpoint = new MetricsEndpoint();
    endpoint.#server = await serveSmall(address, 'metrics', '/metrics', async () =>
      endpoint.#metrics === null
        ? jsonAnswer(503, { error: 'The agent is starting.' })
        : { status: 200, type: TEXT_FORMAT, text: await endpoint.#metrics.text() },
    );
    return endpoint;
  }

  serve(metrics: AgentMetrics): void {
    this.#metrics = metrics;
  }

  async close(): Promise<void> {
    await this.#server?.close();
  }
}
