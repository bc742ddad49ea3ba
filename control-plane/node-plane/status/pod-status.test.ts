import { expect } from 'chai';

import { PodStatus } from '../../../proto/gen/longshore/node/v1/pod_status.js';
import { mergePodStatus } from './pod-status.js';

describe('mergePodStatus', () => {
  const at = new Date('2026-01-01T00:00:00.500Z');

  it("writes Kubernetes' fields and keeps what others own", () => {
    const merged = mergePodStatus(
      {
        phase: 'Pending',
        qosClass: 'Burstable',
        conditions: [
          { type: 'PodScheduled', status: 'True' },
          { type: 'Ready', status: 'False' },
        ],
      },
      PodStatus.fromPartial({
        phase: 'Running',
        podIp: '10.244.0.5',
        hostIp: '10.0.0.1',
        startTime: at,
        conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: at }],
        containerStatuses: [
          {
            name: 'web',
            ready: true,
            started: true,
            restartCount: 2,
            image: 'web:1',
            imageId: 'sha256:1',
            containerId: 'docker://1',
            state: { state: { $case: 'running', value: { startedAt: at } } },
            lastState: { state: { $case: 'terminated', value: { exitCode: 137, reason: 'OOMKilled', finishedAt: at } } },
          },
        ],
      }),
    );
    expect(merged).to.deep.equal({
      phase: 'Running',
      qosClass: 'Burstable',
      podIP: '10.244.0.5',
      podIPs: [{ ip: '10.244.0.5' }],
      hostIP: '10.0.0.1',
      hostIPs: [{ ip: '10.0.0.1' }],
      startTime: '2026-01-01T00:00:00Z',
      conditions: [
        { type: 'PodScheduled', status: 'True' },
        { type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' },
      ],
      containerStatuses: [
        {
          name: 'web',
          ready: true,
          started: true,
          restartCount: 2,
          image: 'web:1',
          imageID: 'sha256:1',
          containerID: 'docker://1',
          state: { running: { startedAt: '2026-01-01T00:00:00Z' } },
          lastState: { terminated: { exitCode: 137, reason: 'OOMKilled', finishedAt: '2026-01-01T00:00:00Z' } },
        },
      ],
    });
  });

  it('never takes a final phase back', () => {
    const stored = { phase: 'Failed', reason: 'NodeLost', message: 'the node was lost' };
    const merged = mergePodStatus(stored, PodStatus.fromPartial({ phase: 'Running' }));
    expect(merged).to.include({ phase: 'Failed', reason: 'NodeLost' });
  });
});
