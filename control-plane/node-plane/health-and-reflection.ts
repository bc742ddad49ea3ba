import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Server } from '@grpc/grpc-js';
import type { HealthImplementation } from 'grpc-health-check';

const services = ['bootstrap/v1/bootstrap', 'node/v1/node', 'streams/v1/streams', 'routing/v1/routing'];

/**
 * Adds grpc.health.v1 (NOT_SERVING until it is set) and server reflection for the node
 * plane's services. The libraries and .proto files are loaded here and nowhere before.
 */
export async function addHealthAndReflection(server: Pick<Server, 'addService'>): Promise<HealthImplementation> {
  const [{ HealthImplementation }, { ReflectionService }, { load }] = await Promise.all([
    import('grpc-health-check'),
    import('@grpc/reflection'),
    import('@grpc/proto-loader'),
  ]);
  const health = new HealthImplementation({ '': 'NOT_SERVING' });
  health.addToServer(server);
  const healthProtos = join(dirname(createRequire(import.meta.url).resolve('grpc-health-check/package.json')), 'proto');
  const definition = await load([...services.map((service) => `longshore/${service}.proto`), 'health/v1/health.proto'], {
    includeDirs: [fileURLToPath(new URL('../../proto', import.meta.url)), healthProtos],
    keepCase: true,
  });
  new ReflectionService(definition).addToServer(server);
  return health;
}
