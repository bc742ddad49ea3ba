import { LongshoreError } from '../../errors/errors.js';
import { closest } from '../../text/closest.js';
import type { Transport } from '../http/transport.js';
import { apiVersionOf, type ApiResource } from './api-resource.js';
import { findCategory, findResource } from './find-resource.js';
import { readDiscovery } from './read-discovery.js';

/** What the server serves, read once. What is not found is looked for again in a fresh answer: it may be new. */
export class Discovery {
  readonly #transport: Transport;
  #reading: Promise<ApiResource[]> | undefined;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Every resource, the core group first, then the server's order of preference. */
  async all(): Promise<readonly ApiResource[]> {
    const reading = (this.#reading ??= readDiscovery(this.#transport));
    try {
      return await reading;
    } catch (thrown) {
      // A failure is not an answer: the next call asks again.
      if (this.#reading === reading) this.#reading = undefined;
      throw thrown;
    }
  }

  /**
   * The resource that a word names: deploy, pods, Deployment, deployments.apps, deployments.v1.apps.
   * @throws LongshoreError NotFound, with the nearest name
   */
  async find(word: string): Promise<ApiResource> {
    const found = await this.#search((resources) => findResource(resources, word));
    if (found) return found;
    const names = (await this.all()).flatMap(({ plural, singular, shortNames }) => [plural, singular, ...shortNames]);
    const near = closest(word, names);
    const hint = near === undefined ? '' : `; did you mean "${near}"?`;
    throw new LongshoreError('NotFound', `the server does not have a resource type "${word}"${hint}`);
  }

  /** The resources that a word names: one, or those of a category such as `all`. @throws as {@link find} */
  async findAll(word: string): Promise<ApiResource[]> {
    const ofCategory = findCategory(await this.all(), word);
    return ofCategory.length > 0 ? ofCategory : [await this.find(word)];
  }

  /** The resource of an object. @throws LongshoreError NotFound */
  async ofKind(apiVersion: string, kind: string): Promise<ApiResource> {
    const found = await this.#search((resources) =>
      resources.find((resource) => resource.kind === kind && apiVersionOf(resource) === apiVersion),
    );
    if (found) return found;
    const resources = await this.all();
    const elsewhere = resources.find((resource) => resource.kind === kind);
    const near = closest(
      kind,
      resources.map((resource) => resource.kind),
    );
    const hint = elsewhere
      ? `; it has it in "${apiVersionOf(elsewhere)}"`
      : near === undefined
        ? ''
        : `; did you mean "${near}"?`;
    throw new LongshoreError('NotFound', `the server has no kind "${kind}" in version "${apiVersion}"${hint}`);
  }

  async #search(look: (resources: readonly ApiResource[]) => ApiResource | undefined): Promise<ApiResource | undefined> {
    const known = this.#reading !== undefined;
    const found = look(await this.all());
    if (found || !known) return found;
    this.#reading = undefined;
    return look(await this.all());
  }
}
