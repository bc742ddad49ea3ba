import { runMain } from 'node:module';

import { keepCodeCache } from '../../lib/lifecycle/keep-code-cache.js';
import { programOf } from '../../lib/local-cluster/process-specs.js';

/**
 * Makes this very process the component, as if it had been started with `args`: a service
 * manager sees one process, its signals and its exit status. Never resolves.
 */
export function becomeComponent(component: Parameters<typeof programOf>[0], args: readonly string[]): Promise<never> {
  const program = programOf(component);
  process.argv.splice(1, Infinity, program, ...args);
  // Of this command; the component has one of its own.
  keepCodeCache();
  runMain(program);
  return new Promise(() => undefined);
}
