import { createHash } from 'node:crypto';

import { runCommand, type CommandRunner } from '../commands/command-runner.js';
import { type PodRoute } from './compute-routes.js';

/** The kernel's routes of ours. */
export interface PodRoutes {
  list(): Promise<PodRoute[]>;
  /** @throws LongshoreError when `via` is on no segment of this node */
  add(route: PodRoute): Promise<void>;
  remove(route: PodRoute): Promise<void>;
}

/** Marks a route as Longshore's: a routing protocol number that nobody has (`ip route show proto 76`). */
const protocol = '76';
/** Metrics from here on, as many, mark whose it is. High: an administrator's own route to the same addresses wins. */
const firstMetric = 76_000_000;
const metrics = 1_000_000;

/** Speaks to the kernel through `ip route`. Routes of other proxies on the kernel are not seen, and not touched. */
export class IpRouteRunner implements PodRoutes {
  readonly #metric: number;
  readonly #run: CommandRunner;

  /** @param options.owner unique on this kernel; the table's name */
  constructor(options: { owner: string; run?: CommandRunner }) {
    this.#metric = metricOf(options.owner);
    this.#run = options.run ?? runCommand;
  }

  async list(): Promise<PodRoute[]> {
    const listing = await this.#run('ip', ['-j', '-4', 'route', 'show', 'proto', protocol]);
    const routes = JSON.parse(listing === '' ? '[]' : listing) as { dst: string; gateway?: string; metric?: number }[];
    return routes
      .filter(({ metric }) => metric === this.#metric)
      .map((route) => ({ podCidr: route.dst, via: route.gateway ?? '' }));
  }

  async add(route: PodRoute): Promise<void> {
    await this.#run('ip', ['route', 'replace', route.podCidr, 'via', route.via, ...this.#mark()]);
  }

  async remove(route: PodRoute): Promise<void> {
    const via = route.via === '' ? [] : ['via', route.via];
    await this.#run('ip', ['route', 'del', route.podCidr, ...via, ...this.#mark()]);
  }

  #mark(): string[] {
    return ['proto', protocol, 'metric', String(this.#metric)];
  }
}

/** The same for one owner always; for two, by chance one time in a million. */
function metricOf(owner: string): number {
  return firstMetric + (createHash('sha256').update(owner).digest().readUInt32BE() % metrics);
}
