// Prints node-1, node-2 ...: compose numbers the containers of a service, and Docker's own name server knows
// the container's name by its address. The same number gets the same disk and with it the same identity.
import { Resolver } from 'node:dns/promises';
import { networkInterfaces } from 'node:os';
import { setTimeout } from 'node:timers/promises';

const addresses = Object.values(networkInterfaces())
  .flat()
  .filter(({ family, internal }) => family === 'IPv4' && !internal)
  .map(({ address }) => address);
const resolver = new Resolver({ timeout: 1_000, tries: 1 });

async function readName() {
  for (const address of addresses) {
    try {
      const names = await resolver.resolvePtr(`${address.split('.').reverse().join('.')}.in-addr.arpa`);
      const number = names.map((name) => /[-_](\d+)(?:\.|$)/.exec(name)?.[1]).find(Boolean);
      if (number) return `node-${number}`;
    } catch {
      // Not known yet, or the network has no name server: the next address, or the next round.
    }
  }
  return undefined;
}

for (let attempt = 0; attempt < 20; attempt++) {
  const name = await readName();
  if (name) {
    console.log(name);
    process.exit();
  }
  await setTimeout(250);
}
console.error(`lab: no name server knows ${addresses.join(', ')}: set LONGSHORE_NODE_NAME, another for each node`);
process.exit(1);
