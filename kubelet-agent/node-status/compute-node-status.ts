import type { NodeCondition, NodeStatus, ResourceAmounts } from '../../proto/gen/longshore/node/v1/node.js';
import type { ObservedImage } from '../runtime/container-runtime.js';
import type { MachineReadings } from './machine-readings.js';

/** As the kubelet's hard eviction threshold memory.available<100Mi, which is also kept from pods. */
const memoryReserveBytes = 100 * 1024 * 1024;
/** As nodefs.available<10%. */
const diskPressureShare = 0.1;
const processPressureShare = 0.05;
const defaultPods = 110;
/** As the kubelet: the largest ones. */
const maxImages = 50;

export interface NodeStatusInputs {
  readings: MachineReadings;
  /** Parts of the capacity that the configuration sets. */
  capacity: Partial<ResourceAmounts>;
  nodeName: string;
  /** Empty: not known yet. */
  internalIp: string;
  engine: { name: string; version: string } | undefined;
  images: readonly ObservedImage[];
  /** Why the node cannot run pods; undefined when it can. */
  problem: string | undefined;
  version: string;
  previous: readonly NodeCondition[];
  nowMs: number;
}

/** The node's status. The same inputs give the same status; a condition that stays keeps its transition time. */
export function computeNodeStatus(inputs: NodeStatusInputs): NodeStatus {
  const { readings, nodeName, internalIp, engine } = inputs;
  const capacity = capacityOf(inputs);
  return {
    addresses: [...(internalIp ? [{ type: 'InternalIP', address: internalIp }] : []), { type: 'Hostname', address: nodeName }],
    capacity,
    allocatable: allocatableOf(inputs),
    info: {
      machineId: readings.machineId,
      bootId: readings.bootId,
      kernelVersion: readings.kernelVersion,
      osImage: readings.osImage,
      containerRuntimeVersion: engine ? `${engine.name}://${engine.version}` : '',
      kubeletVersion: inputs.version,
      operatingSystem: 'linux',
      architecture: readings.architecture,
    },
    images: [...inputs.images]
      .filter(({ names }) => names.length > 0)
      .sort((a, b) => b.sizeBytes - a.sizeBytes)
      .slice(0, maxImages)
      .map(({ names, sizeBytes }) => ({ names: [...names], sizeBytes })),
    conditions: conditionsOf(inputs),
  };
}

/** What pods may have: the capacity, less what the machine itself needs when it is not set by hand. */
export function allocatableOf(inputs: Pick<NodeStatusInputs, 'readings' | 'capacity'>): ResourceAmounts {
  const capacity = capacityOf(inputs);
  const reserve = inputs.capacity.memoryBytes === undefined ? memoryReserveBytes : 0;
  return { ...capacity, memoryBytes: Math.max(0, capacity.memoryBytes - reserve) };
}

function capacityOf({ readings, capacity }: Pick<NodeStatusInputs, 'readings' | 'capacity'>): ResourceAmounts {
  return {
    cpuMillis: capacity.cpuMillis ?? readings.cpuMillis,
    memoryBytes: capacity.memoryBytes ?? readings.memoryBytes,
    ephemeralStorageBytes: capacity.ephemeralStorageBytes ?? readings.diskBytes,
    pods: capacity.pods ?? defaultPods,
  };
}

function conditionsOf({ readings, problem, previous, nowMs }: NodeStatusInputs): NodeCondition[] {
  const pressure = (type: string, holds: boolean, [bad, badMessage]: Words, [good, goodMessage]: Words) =>
    condition(type, holds ? 'True' : 'False', holds ? bad : good, holds ? badMessage : goodMessage);
  const condition = (type: string, status: string, reason: string, message: string): NodeCondition => {
    const before = previous.find((candidate) => candidate.type === type);
    const lastTransitionTime = before?.status === status ? before.lastTransitionTime : new Date(nowMs);
    return { type, status, reason, message, lastTransitionTime };
  };
  return [
    pressure(
      'MemoryPressure',
      readings.memoryAvailableBytes < memoryReserveBytes,
      ['KubeletHasInsufficientMemory', 'kubelet has insufficient memory available'],
      ['KubeletHasSufficientMemory', 'kubelet has sufficient memory available'],
    ),
    pressure(
      'DiskPressure',
      readings.diskAvailableBytes < readings.diskBytes * diskPressureShare,
      ['KubeletHasDiskPressure', 'kubelet has disk pressure'],
      ['KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
    ),
    pressure(
      'PIDPressure',
      readings.maxProcesses > 0 && readings.maxProcesses - readings.processes < readings.maxProcesses * processPressureShare,
      ['KubeletHasInsufficientPID', 'kubelet has insufficient PID available'],
      ['KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
    ),
    problem === undefined
      ? condition('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status')
      : condition('Ready', 'False', 'KubeletNotReady', problem),
  ];
}

type Words = readonly [reason: string, message: string];
