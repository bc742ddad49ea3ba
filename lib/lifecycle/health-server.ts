import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { collectDefaultMetrics, Registry } from 'prom-client';

import { LongshoreError } from '../errors/errors.js';

/** A named condition: undefined when it holds, otherwise why it does not and what to do. */
export interface HealthCheck {
  name: string;
  check(): string | undefined | Promise<string | undefined>;
}

export interface HealthServer {
  readonly port: number;
  close(): Promise<void>;
}

/** A metrics registry with Node's own process and event-loop metrics in it. */
export function createMetrics(component: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ component });
  collectDefaultMetrics({ register: registry });
  return registry;
}

/**
 * Serves /healthz (the process lives), /readyz (it does its work) and /metrics
 * (Prometheus text) over plain HTTP, without authentication.
 * @param options.port 0 picks a free port
 * @throws LongshoreError Conflict when the port is taken
 */
export async function startHealthServer(options: {
  host: string;
  port: number;
  live?: readonly HealthCheck[];
  ready: readonly HealthCheck[];
  metrics: Pick<Registry, 'contentType' | 'metrics'>;
}): Promise<HealthServer> {
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?')[0];
    if (path === '/healthz') void answerChecks(response, options.live ?? []);
    else if (path === '/readyz') void answerChecks(response, options.ready);
    else if (path === '/metrics') {
      options.metrics.metrics().then(
        (text) => response.writeHead(200, { 'content-type': options.metrics.contentType }).end(text),
        (error: unknown) => response.writeHead(500).end(String(error)),
      );
    } else response.writeHead(404).end('not found; try /healthz, /readyz or /metrics\n');
  });
  server.requestTimeout = 5_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const message = `another program listens on ${options.host}:${options.port}, the port for health: choose another`;
      reject(cause.code === 'EADDRINUSE' ? new LongshoreError('Conflict', message, { cause }) : cause);
    });
    server.listen(options.port, options.host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };
}

async function answerChecks(response: ServerResponse, checks: readonly HealthCheck[]): Promise<void> {
  const results = await Promise.all(checks.map(async (item) => ({ name: item.name, problem: await item.check() })));
  const failed = results.some(({ problem }) => problem !== undefined);
  const lines = results.map(({ name, problem }) => (problem === undefined ? `[+]${name} ok` : `[-]${name} failed: ${problem}`));
  response.writeHead(failed ? 503 : 200, { 'content-type': 'text/plain' });
  response.end([...lines, failed ? 'check failed' : 'ok', ''].join('\n'));
}
