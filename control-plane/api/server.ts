import { setMaxListeners } from 'node:events';

import type { Registry } from 'prom-client';

import { linkedController } from '../../lib/async/signals.js';
import type { Clock } from '../../lib/clock/clock.js';
import { LongshoreError } from '../../lib/errors/errors.js';
import type { Logger } from '../../lib/log/logger.js';
import type { Resources } from '../resources/resources.js';
import type { TokenVerifier } from './authentication/authenticator.js';
import type { Authorizer } from './authorization/authorizer.js';
import { BuiltInAuthorizer } from './authorization/built-in-authorizer.js';
import { discoveryRoutes } from './discovery/discovery-routes.js';
import { servedResources, type ServedResource } from './discovery/served-resources.js';
import { Dispatcher } from './http/dispatcher.js';
import { healthRoutes, type ApiHealthCheck } from './http/health-routes.js';
import { Listener, type RequestListener, type ServerCertificate } from './http/listener.js';
import type { ResourceTarget } from './http/request-info.js';
import { Router } from './http/router.js';
import type { PodLogSource } from './logs/pod-log-source.js';
import type { PodStreamSource } from './streams/pod-stream-source.js';
import { ApiMetrics } from './observability/api-metrics.js';
import { metricsRoutes } from './observability/metrics-routes.js';
import { renderOpenApi } from './openapi/document.js';
import { openApiRoutes } from './openapi/openapi-handler.js';
import { resourceRoutes } from './resources/resource-routes.js';
import { reviewRoutes } from './reviews/review-routes.js';

export interface ApiOptions {
  resources: Resources;
  tls: ServerCertificate;
  /** PEM of the CA whose client certificates are believed. */
  clientCa: string;
  bindAddresses: readonly string[];
  /** The same on every address; 0 picks one that is free. */
  port: number;
  clock: Clock;
  log: Logger;
  metrics: Registry;
  /** Default: only what holds before any role is granted. */
  authorizer?: Authorizer;
  /** Without it no bearer token is valid. */
  tokenVerifier?: TokenVerifier;
  /** Without it logs are answered with 503. */
  podLogs?: PodLogSource;
  /** Without it exec, attach and port-forward are answered with 503. */
  podStreams?: PodStreamSource;
  /** What /readyz looks at. */
  healthChecks?: readonly ApiHealthCheck[];
}

/** The Kubernetes API as it serves. */
export interface ApiServer {
  readonly addresses: readonly { host: string; port: number }[];
  readonly port: number;
  /** Serves with another certificate from the next connection on. */
  replaceCertificate(tls: ServerCertificate): void;
  /**
   * Takes no more requests, ends watches and followed logs, and waits for the rest.
   * @param drainMs then cuts off what is left. Default 5 s
   */
  close(drainMs?: number): Promise<void>;
}

/**
 * Serves the Kubernetes REST API over HTTPS on every bind address. Resolves once it listens.
 * @throws Error when an address cannot be bound; nothing listens then
 */
export async function startApi(options: ApiOptions): Promise<ApiServer> {
  const { resources, clock, log, metrics, clientCa, bindAddresses } = options;
  const authorizer = options.authorizer ?? new BuiltInAuthorizer();
  const closing = new AbortController();
  // Every request under way listens to it.
  setMaxListeners(0, closing.signal);
  const listeners: Listener[] = [];
  const resourcesServed = servedResources(resources.definitions);
  const served = (): readonly ServedResource[] => resourcesServed;
  const router = new Router([
    ...healthRoutes(options.healthChecks ?? []),
    ...discoveryRoutes(served, () => addressOf(listeners)),
    ...openApiRoutes(() => renderOpenApi(served())),
    ...metricsRoutes(metrics),
    ...reviewRoutes({ authorizer, clock }),
    ...resourceRoutes({ resources, clock, log, podLogs: options.podLogs, podStreams: options.podStreams }),
  ]);
  const dispatcher = new Dispatcher({
    router,
    authorizer,
    tokens: options.tokenVerifier,
    metrics: new ApiMetrics({ registry: metrics, isServed: (target) => isServed(served(), target) }),
    clock,
    log,
  });
  const onRequest: RequestListener = (request, response, user, upgrade) => {
    const link = linkedController(closing.signal);
    response.once('close', () => {
      link.abort();
      link[Symbol.dispose]();
    });
    dispatcher.dispatch(request, response, user, link.signal, upgrade).catch((error: unknown) => {
      log.error('answer could not be written', { error });
      response.destroy();
    });
  };
  try {
    for (const host of bindAddresses) {
      const port = listeners[0]?.address.port ?? options.port;
      listeners.push(await Listener.listen({ host, port, tls: options.tls, clientCa, clock, onRequest }));
    }
  } catch (thrown) {
    await Promise.all(listeners.map((listener) => listener.close(0)));
    throw thrown;
  }
  const addresses = listeners.map((listener) => listener.address);
  log.info('API serving', { addresses });
  return {
    addresses,
    port: addresses[0]?.port ?? options.port,
    replaceCertificate: (tls) => listeners.forEach((listener) => listener.replaceCertificate(tls, clientCa)),
    close: async (drainMs = 5_000) => {
      closing.abort(new LongshoreError('Unavailable', 'the control plane is shutting down'));
      await Promise.all(listeners.map((listener) => listener.close(drainMs)));
    },
  };
}

function isServed(served: readonly ServedResource[], { group, version, resource }: ResourceTarget): boolean {
  return served.some((item) => item.plural === resource && item.group === group && item.version === version);
}

function addressOf([first]: readonly Listener[]): string {
  if (!first) return '';
  const { host, port } = first.address;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
