import type { Container, Pod } from '../../../lib/kubernetes/types/core-v1.js';
import { amountsOf, largest, noAmounts, sum, type Amounts } from './amounts.js';

/** An init container that keeps running beside the others (KEP-753). */
export function isSidecar(container: Container): boolean {
  return container.restartPolicy === 'Always';
}

/**
 * What a pod needs at its most demanding moment: either all containers with all sidecars,
 * or one init container with the sidecars started before it; and the overhead. What
 * spec.resources states for the whole pod replaces that sum. Unset requests are 0.
 */
export function computePodRequests(pod: Pod): Amounts {
  return computeRequests(pod, (container) => amountsOf(container.resources?.requests));
}

/** Kubernetes' stand-in for a container without requests, used for scoring only: otherwise such pods would weigh nothing. */
const assumedRequests: Amounts = new Map([
  ['cpu', 100],
  ['memory', 200 * 1024 * 1024],
]);

/** {@link computePodRequests} where containers that state no cpu or memory are taken to need a little. */
export function computeScoredRequests(pod: Pod): Amounts {
  return computeRequests(pod, (container) => new Map([...assumedRequests, ...amountsOf(container.resources?.requests)]));
}

function computeRequests({ spec }: Pod, requestsOf: (container: Container) => Amounts): Amounts {
  let sidecars = noAmounts;
  let initPeak = noAmounts;
  for (const container of spec.initContainers ?? []) {
    const requests = requestsOf(container);
    if (isSidecar(container)) {
      sidecars = sum(sidecars, requests);
      initPeak = largest(initPeak, sidecars);
    } else {
      initPeak = largest(initPeak, sum(sidecars, requests));
    }
  }
  const running = sum(sidecars, ...spec.containers.map(requestsOf));
  const ofPod = amountsOf(spec.resources?.requests);
  return sum(new Map([...largest(running, initPeak), ...ofPod]), amountsOf(spec.overhead));
}
