import { dirname } from 'node:path';

import type { Server } from '@grpc/grpc-js';
import type { HealthImplementation } from 'grpc-health-check';

import { findAbove, findInDependency } from '../../lib/files/find-above.js';
import { addLazyMethods } from '../../lib/grpc/lazy-service.js';

const services = ['bootstrap/v1/bootstrap', 'node/v1/node', 'streams/v1/streams', 'routing/v1/routing'];

/** grpc.health.v1: SERVING once it is told so. The library is loaded with the first question. */
export class Health {
  #serving = false;
  #implementation: HealthImplementation | undefined;

  addTo(server: Pick<Server, 'addService'>): void {
    const method = (name: string, kind: 'unary' | 'serverStream') => ({ path: `/grpc.health.v1.Health/${name}`, kind });
    addLazyMethods(server, [method('Check', 'unary'), method('List', 'unary'), method('Watch', 'serverStream')], async (into) => {
      const { HealthImplementation } = await import('grpc-health-check');
      this.#implementation = new HealthImplementation({ '': this.#status });
      this.#implementation.addToServer(into);
    });
  }

  setServing(serving: boolean): void {
    this.#serving = serving;
    this.#implementation?.setStatus('', this.#status);
  }

  get #status(): 'SERVING' | 'NOT_SERVING' {
    return this.#serving ? 'SERVING' : 'NOT_SERVING';
  }
}

/** Server reflection of the node plane's services; library and .proto files are loaded with the first question. */
export function addReflection(server: Pick<Server, 'addService'>): void {
  const paths = ['v1', 'v1alpha'].map((version) => `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`);
  addLazyMethods(
    server,
    paths.map((path) => ({ path, kind: 'bidiStream' })),
    async (into) => {
      const [{ ReflectionService }, { load }] = await Promise.all([import('@grpc/reflection'), import('@grpc/proto-loader')]);
      const definition = await load([...services.map((service) => `longshore/${service}.proto`), 'health/v1/health.proto'], {
        includeDirs: [dirname(findAbove('proto/longshore')), findInDependency('grpc-health-check', 'proto')],
        keepCase: true,
      });
      new ReflectionService(definition).addToServer(into);
    },
  );
}
