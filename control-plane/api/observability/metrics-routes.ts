import type { Registry } from 'prom-client';

import type { Route } from '../http/router.js';
import { respondBytes } from '../http/respond.js';

/** /metrics in Prometheus' text form, for those who may read it. */
export function metricsRoutes(registry: Registry): Route[] {
  return [
    {
      path: '/metrics',
      methods: {
        GET: async (call) =>
          respondBytes(call, 200, Buffer.from(await registry.metrics()), { 'content-type': registry.contentType }),
      },
    },
  ];
}
