import { get } from 'node:http';

import { Counter, type Registry } from 'prom-client';

import type { HealthCheck } from '../../lib/lifecycle/health-server.js';
import { probeReady } from '../../lib/local-cluster/health.js';
import { mergeMetrics } from './merge-metrics.js';
import type { SupervisedChild } from './supervised-child.js';

const scrapeMs = 2_000;

/** Whether a child runs and does its work, for /readyz. */
export function childHealth(child: SupervisedChild): HealthCheck {
  return {
    name: child.spec.name,
    check: () => {
      const { state, spec } = child;
      if (state.phase === 'waiting') return `not running: ${state.reason}`;
      if (state.phase === 'ending') return 'being restarted';
      return probeReady(spec.healthPort);
    },
  };
}

/** A page of metrics: of this process, and of every child that answers. */
export function withChildMetrics(
  registry: Registry,
  children: readonly SupervisedChild[],
): Pick<Registry, 'contentType' | 'metrics'> {
  new Counter({
    name: 'longshore_agent_child_starts_total',
    help: 'How often each child process was started',
    labelNames: ['child'],
    registers: [registry],
    collect() {
      this.reset();
      for (const child of children) this.inc({ child: child.spec.name }, child.starts);
    },
  });
  return {
    contentType: registry.contentType,
    metrics: async () => {
      const own = registry.metrics();
      const pages = await Promise.all([own, ...children.map(({ spec }) => scrape(spec.healthPort))]);
      return mergeMetrics(pages);
    },
  };
}

/** The metrics of a process; empty when it does not answer. */
function scrape(port: number): Promise<string> {
  return new Promise((resolve) => {
    const outgoing = get({ host: '127.0.0.1', port, path: '/metrics', timeout: scrapeMs, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => {
        resolve(response.statusCode === 200 ? text : '');
      });
    });
    outgoing.on('timeout', () => outgoing.destroy());
    outgoing.on('error', () => {
      // It does not run: /readyz says so.
      resolve('');
    });
  });
}
