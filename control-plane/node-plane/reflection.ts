import { fileURLToPath } from 'node:url';

import type { Server } from '@grpc/grpc-js';

const services = ['bootstrap/v1/bootstrap', 'node/v1/node', 'streams/v1/streams', 'routing/v1/routing'];

/**
 * Adds server reflection for the node plane's services. Loads the .proto files, which takes
 * a while; meant for the time after the server is up.
 */
export async function addReflection(server: Pick<Server, 'addService'>): Promise<void> {
  const [{ ReflectionService }, { load }] = await Promise.all([import('@grpc/reflection'), import('@grpc/proto-loader')]);
  const root = fileURLToPath(new URL('../../proto', import.meta.url));
  const definition = await load(
    services.map((service) => `longshore/${service}.proto`),
    { includeDirs: [root] },
  );
  new ReflectionService(definition).addToServer(server);
}
