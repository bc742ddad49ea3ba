import type { HostConfig } from 'dockerode';
import type { Logger } from '../../../lib/log/logger.js';

/**
 * What the engine turned out not to be allowed to do. An engine that itself runs without
 * CAP_SYS_RESOURCE (nested, or in a locked-down machine) can neither lower an OOM score
 * nor hand out every capability. That shows only when a container is started: it is
 * learnt from the first failure, said once, and left out from then on.
 */
export class EngineAllowances {
  readonly #log: Logger;
  readonly #missingCapabilities: readonly string[];
  #lowersOomScore = true;
  #privileged = true;

  /** @param options.missingCapabilities names without CAP_ that this machine's processes can never hold */
  constructor(options: { log: Logger; missingCapabilities: readonly string[] }) {
    this.#log = options.log;
    this.#missingCapabilities = options.missingCapabilities;
  }

  /** `wanted` without what the engine is known to refuse. */
  adapt(wanted: HostConfig): HostConfig {
    const scored = !this.#lowersOomScore && lowersOomScore(wanted) ? { ...wanted, OomScoreAdj: 0 } : wanted;
    return !this.#privileged && scored.Privileged ? this.#nearlyPrivileged(scored) : scored;
  }

  /** Whether the failure of a start with `tried` taught something: adapt and try again. */
  learn(message: string, tried: HostConfig): boolean {
    if (lowersOomScore(tried) && /final child's PID from pipe|oom_score_adj/.test(message)) {
      if (this.#lowersOomScore) this.#log.warn('the engine may not lower OOM scores; going on without');
      this.#lowersOomScore = false;
      return true;
    }
    if (
      tried.Privileged &&
      /unable to apply caps|operation not permitted/.test(message) &&
      this.#missingCapabilities.length > 0
    ) {
      if (this.#privileged) {
        this.#log.warn('the engine may not start privileged containers; they get every capability that this machine has', {
          missing: this.#missingCapabilities.join(','),
        });
      }
      this.#privileged = false;
      return true;
    }
    return false;
  }

  #nearlyPrivileged(wanted: HostConfig): HostConfig {
    return {
      ...wanted,
      Privileged: false,
      CapAdd: ['ALL'],
      CapDrop: [...this.#missingCapabilities],
      SecurityOpt: ['seccomp=unconfined', 'apparmor=unconfined'],
      MaskedPaths: [],
      ReadonlyPaths: [],
      DeviceCgroupRules: ['a *:* rwm'],
    };
  }
}

function lowersOomScore({ OomScoreAdj: score = 0 }: HostConfig): boolean {
  return score < 0;
}
