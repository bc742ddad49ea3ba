import { portsConflict } from '../model/host-ports.js';
import { passes, type Filter } from './filter.js';

const reasons = ["node(s) didn't have free ports for the requested pod ports"];

/** The host ports that the pod asks for are free. */
export const nodePorts: Filter = {
  name: 'NodePorts',
  mayPassAfter: ['NodeAdded', 'AssignedPodRemoved'],
  prepare: ({ hostPorts }) => {
    if (hostPorts.length === 0) return undefined;
    return (node) => {
      for (const other of node.pods) {
        if (other.hostPorts.some((taken) => hostPorts.some((wanted) => portsConflict(wanted, taken)))) return reasons;
      }
      return passes;
    };
  },
};
