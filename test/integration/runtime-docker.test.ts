import { DockerRuntime } from '../../kubelet-agent/runtime/docker/docker-runtime.js';
import { describeRuntimeContract, type ContractProgram } from '../../kubelet-agent/runtime/runtime-contract.js';
import { systemClock } from '../../lib/clock/clock.js';
import { silentLogger } from '../../lib/log/logger.js';
import { ensureTestImage } from '../support/images.js';

const clusterId = 'runtime-test';
const podCidr = '10.251.1.0/24';
const programs: Record<ContractProgram, readonly string[]> = {
  waits: ['sh', '-c', "trap 'exit 143' TERM; while :; do sleep 0.05; done"],
  'ignores SIGTERM': ['sh', '-c', "trap '' TERM; while :; do sleep 0.05; done"],
  'prints and fails': ['sh', '-c', 'echo one; sleep 0.05; echo two >&2; exit 3'],
  'prints and ends later': ['sh', '-c', 'echo one; sleep 1'],
  'does not exist': ['/no/such/file'],
};

describeRuntimeContract('DockerRuntime', async () => ({
  runtime: await DockerRuntime.create({ clusterId, nodeName: 'contract', clock: systemClock, log: silentLogger }),
  podCidr,
  image: await ensureTestImage('busybox'),
  program: (_, program) => programs[program],
  settle: (work) => work,
  exec: { prints: ['sh', '-c', 'echo hello; exit 7'], hangs: ['sleep', '1000'] },
}));
