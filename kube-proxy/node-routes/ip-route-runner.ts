import { runCommand, type CommandRunner } from '../commands/command-runner.js';
import { type PodRoute } from './compute-routes.js';

/** The kernel's routes of ours. */
export interface PodRoutes {
  list(): Promise<PodRoute[]>;
  /** @throws LongshoreError when `via` is on no segment of this node */
  add(route: PodRoute): Promise<void>;
  remove(route: PodRoute): Promise<void>;
}

/** Marks a route as ours: a routing protocol number that nobody has (`ip route show proto 76`). */
const protocol = '76';
/** So that an administrator's own route to the same addresses is kept, and wins. */
const metric = '760';

/** Speaks to the kernel through `ip route`. */
export class IpRouteRunner implements PodRoutes {
  readonly #run: CommandRunner;

  constructor(options: { run?: CommandRunner } = {}) {
    this.#run = options.run ?? runCommand;
  }

  async list(): Promise<PodRoute[]> {
    const listing = await this.#run('ip', ['-j', '-4', 'route', 'show', 'proto', protocol]);
    const routes = JSON.parse(listing === '' ? '[]' : listing) as { dst: string; gateway?: string }[];
    return routes.map((route) => ({ podCidr: route.dst, via: route.gateway ?? '' }));
  }

  async add(route: PodRoute): Promise<void> {
    await this.#run('ip', ['route', 'replace', route.podCidr, 'via', route.via, 'proto', protocol, 'metric', metric]);
  }

  async remove(route: PodRoute): Promise<void> {
    const via = route.via === '' ? [] : ['via', route.via];
    await this.#run('ip', ['route', 'del', route.podCidr, ...via, 'proto', protocol, 'metric', metric]);
  }
}
