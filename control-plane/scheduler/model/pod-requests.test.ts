import { expect } from 'chai';
import type { Container, Pod, PodSpec } from '../../../lib/kubernetes/types/core-v1.js';
import { makePod } from '../fake-cluster.js';
import { computePodRequests, computeScoredRequests } from './pod-requests.js';

const container = (cpu: string, restartPolicy?: string): Container => ({
  name: 'c',
  resources: { requests: { cpu } },
  ...(restartPolicy && { restartPolicy }),
});
const pod = (spec: Partial<PodSpec>): Pod => makePod('p', spec);
const cpuOf = (spec: Partial<PodSpec>): number | undefined => computePodRequests(pod(spec)).get('cpu');

describe('computePodRequests', () => {
  for (const [title, spec, cpu] of [
    ['adds the containers up', { containers: [container('100m'), container('0.2')] }, 300],
    [
      'takes the largest init container when that is more',
      { initContainers: [container('1'), container('2')], containers: [container('500m')] },
      2000,
    ],
    [
      'takes the containers when they are more',
      { initContainers: [container('1')], containers: [container('800m'), container('700m')] },
      1500,
    ],
    ['adds sidecars to the containers', { initContainers: [container('100m', 'Always')], containers: [container('200m')] }, 300],
    [
      'adds to an init container only the sidecars before it',
      { initContainers: [container('100m', 'Always'), container('1'), container('5', 'Always')], containers: [container('10m')] },
      5110,
    ],
    [
      'counts an init container with the sidecars before it',
      {
        initContainers: [container('300m', 'Always'), container('1'), container('100m', 'Always')],
        containers: [container('10m')],
      },
      1300,
    ],
    ['adds the overhead', { containers: [container('100m')], overhead: { cpu: '20m' } }, 120],
    ['prefers what the pod states as a whole', { containers: [container('100m')], resources: { requests: { cpu: '1' } } }, 1000],
    ['is nothing without requests', { containers: [{ name: 'c' }] }, undefined],
  ] as const) {
    it(title, () => {
      expect(cpuOf(spec as unknown as Partial<PodSpec>)).to.equal(cpu);
    });
  }

  it('takes a container without requests to need a little, for scoring only', () => {
    const scored = computeScoredRequests(pod({ containers: [{ name: 'c' }, container('1')] }));
    expect(scored.get('cpu')).to.equal(1100);
    expect(scored.get('memory')).to.equal(400 * 1024 * 1024);
  });
});
