import type { LongshoreError } from '../../../lib/errors/errors.js';
import type { ContainerSpec } from '../container-runtime.js';
import type { FakeProgram } from './fake-container.js';

/** What the containers and images do that no knob of the fake speaks of. */
export interface FakeBehaviour {
  program(spec: ContainerSpec): FakeProgram;
  /** How the pull of an image that the registry does not have goes. */
  pull(reference: string): { pullMs?: number; error?: LongshoreError };
}
