import type { Check } from './check.js';
import { cgroupsCheck } from './checks/cgroups.js';
import { clockCheck } from './checks/clock.js';
import { controlPlaneCheck } from './checks/control-plane.js';
import { diskCheck } from './checks/disk.js';
import { dnsPortCheck } from './checks/dns-port.js';
import { engineCheck } from './checks/engine.js';
import { firewallCheck } from './checks/firewall.js';
import { identityCheck } from './checks/identity.js';
import { kernelCheck } from './checks/kernel.js';
import { memoryCheck } from './checks/memory.js';
import { networksCheck } from './checks/networks.js';
import { nodeNameCheck } from './checks/node-name.js';
import { nodeVersionCheck } from './checks/node-version.js';
import { portsCheck } from './checks/ports.js';
import { privilegesCheck } from './checks/privileges.js';
import { programsCheck } from './checks/programs.js';
import { storageDriverCheck } from './checks/storage-driver.js';

/** In the order in which they are told: what others depend on first. */
export const allChecks: readonly Check[] = [
  nodeVersionCheck,
  privilegesCheck,
  programsCheck,
  kernelCheck,
  engineCheck,
  storageDriverCheck,
  cgroupsCheck,
  nodeNameCheck,
  networksCheck,
  portsCheck,
  dnsPortCheck,
  firewallCheck,
  clockCheck,
  controlPlaneCheck,
  memoryCheck,
  diskCheck,
  identityCheck,
];
