import { expect } from 'chai';

import type { Event, Pod } from '../../kubernetes/types/core-v1.js';
import { renderEvidence } from './evidence.js';

describe('renderEvidence', () => {
  const nowMs = Date.parse('2026-01-01T00:01:00Z');
  const object = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', uid: 'd' } };
  const event = (uid: string, kind: string, name: string, lastTimestamp: string, message: string, count = 1): Event =>
    ({
      type: 'Warning',
      reason: 'R',
      message,
      count,
      lastTimestamp,
      metadata: {},
      involvedObject: { uid, kind, name },
    }) as unknown as Event;

  it('tells of the pods, and of the events of the object, its pods and what stands between', () => {
    const pod = {
      metadata: { name: 'web-1', uid: 'p', ownerReferences: [{ uid: 'rs' }] },
      spec: { containers: [] },
      status: {
        phase: 'Running',
        conditions: [{ type: 'PodScheduled', status: 'True' }],
        containerStatuses: [
          { name: 'ok', ready: true, restartCount: 0, state: { running: {} } },
          {
            name: 'bad',
            ready: false,
            restartCount: 2,
            state: { waiting: { reason: 'CrashLoopBackOff' } },
            lastState: { terminated: { exitCode: 1, reason: 'Error' } },
          },
        ],
      },
    } as unknown as Pod;
    const events = [
      event('p', 'Pod', 'web-1', '2026-01-01T00:00:50Z', 'back-off', 3),
      event('other', 'Pod', 'other', '2026-01-01T00:00:55Z', 'not ours'),
      event('rs', 'ReplicaSet', 'web-a', '2026-01-01T00:00:10Z', 'made a pod'),
      event('d', 'Deployment', 'web', '2026-01-01T00:00:00Z', 'scaled up'),
    ];
    expect(renderEvidence({ object, pods: [pod], events, nowMs })).to.deep.equal([
      'pod web-1: Running on no node; container bad waits: CrashLoopBackOff, restarted 2 times, ended before with 1 (Error)',
      'newest events:',
      '  60s ago Warning R deployment/web: scaled up',
      '  50s ago Warning R replicaset/web-a: made a pod',
      '  10s ago Warning R pod/web-1: back-off (3 times)',
    ]);
  });

  it('is silent about nothing', () => expect(renderEvidence({ object, pods: [], events: [], nowMs })).to.deep.equal([]));
});
