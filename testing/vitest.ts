/** For vitest without globals: the same as the package itself, with vitest's own hooks. */
import { afterAll, afterEach, beforeAll } from 'vitest';

import { type ClusterOptions, type TestCluster, useCluster as useClusterWith } from './index.js';
import { vitestHooks } from './runners/vitest-hooks.js';

export * from './index.js';

/** As {@link useClusterWith}. */
export function useCluster(options: ClusterOptions = {}): TestCluster {
  return useClusterWith({ hooks: vitestHooks({ beforeAll, afterAll, afterEach }), ...options });
}
