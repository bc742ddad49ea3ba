import { hostname } from 'node:os';

import { InvalidArgumentError } from 'commander';

import type { ResourceAmounts, Taint } from '../../proto/gen/longshore/node/v1/node.js';
import { LongshoreError } from '../errors/errors.js';
import { bytes, cpuMillis } from '../kubernetes/quantity.js';
import { Setting } from './setting.js';

export function nodeNameSetting(): Setting {
  return new Setting('--node-name <name>', 'name of this node').default(hostname().toLowerCase());
}

/** How an agent joins: both programs of a node take these. */
export function joinTokenSettings(): Setting[] {
  return [
    new Setting('--token <token>', 'join token, for the first start').keepSecret(),
    new Setting('--token-file <path>', 'file with the join token'),
  ];
}

export function dockerHostSetting(): Setting {
  return new Setting('--docker-host <url>', 'unix:///path or tcp://host:port');
}

/** What a node is in the eyes of the scheduler. */
export function nodeSettings(): Setting[] {
  return [
    new Setting('--node-ip <address>', 'InternalIP of the node'),
    new Setting('--capacity <amounts>', 'for example cpu=2,memory=4Gi,pods=110').default({}).map(parseCapacity),
    new Setting('--node-labels <labels>', 'for example zone=a,disk=ssd').default({}).map(parseLabels),
    new Setting('--register-with-taints <taints>', 'for example key=value:NoSchedule').default([]).list(parseTaints),
  ];
}

function parseCapacity(value: string): Partial<ResourceAmounts> {
  const amounts: Partial<ResourceAmounts> = {};
  for (const [name, amount] of pairs(value)) {
    try {
      if (name === 'cpu') amounts.cpuMillis = cpuMillis(amount);
      else if (name === 'memory') amounts.memoryBytes = bytes(amount);
      else if (name === 'ephemeral-storage') amounts.ephemeralStorageBytes = bytes(amount);
      else if (name === 'pods') amounts.pods = bytes(amount);
      else throw new InvalidArgumentError(`There is no resource ${name}; cpu, memory, ephemeral-storage and pods there are.`);
    } catch (thrown) {
      if (thrown instanceof InvalidArgumentError) throw thrown;
      throw new InvalidArgumentError(LongshoreError.from(thrown).message);
    }
  }
  return amounts;
}

function parseLabels(value: string): Record<string, string> {
  return Object.fromEntries(pairs(value));
}

function parseTaints(value: string): Taint[] {
  return value
    .split(',')
    .filter((part) => part !== '')
    .map((part) => {
      const match = /^([^=:]+)(?:=([^:]*))?:(NoSchedule|PreferNoSchedule|NoExecute)$/.exec(part);
      if (!match) throw new InvalidArgumentError(`A taint is key=value:effect, not ${part}.`);
      return { key: match[1] ?? '', value: match[2] ?? '', effect: match[3] ?? '' };
    });
}

function pairs(value: string): [string, string][] {
  return value
    .split(',')
    .filter((part) => part !== '')
    .map((part) => {
      const separator = part.indexOf('=');
      if (separator <= 0) throw new InvalidArgumentError(`Expected name=value, not ${part}.`);
      return [part.slice(0, separator), part.slice(separator + 1)];
    });
}
