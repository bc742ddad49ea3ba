import { LongshoreError } from '../../lib/errors/errors.js';
import type { Discovery } from '../../lib/kubernetes-client/discovery/discovery.js';
import type { ApiResource } from '../../lib/kubernetes-client/discovery/api-resource.js';

/** Objects of one resource that a command line names. */
export interface Target {
  /** As the user wrote it: pods, po, deployments.apps, all. */
  word: string;
  /** None: all that are selected. */
  names: string[];
}

/** A target whose resource is known. */
export interface ResolvedTarget {
  resource: ApiResource;
  names: string[];
}

/**
 * Reads KIND [NAME...], KIND/NAME..., and lists of kinds with commas. Pure.
 * @throws LongshoreError InvalidArgument
 */
export function parseTargets(words: readonly string[]): Target[] {
  const [first = '', ...names] = words;
  if (words.length === 0) throw usage('say what: KIND, KIND NAME or KIND/NAME, such as pods or deployment/web');
  const slashed = words.filter((word) => word.includes('/'));
  if (slashed.length === 0) return splitKinds(first).map((word) => ({ word, names }));
  if (slashed.length < words.length) {
    throw usage(
      `"${words.find((word) => !word.includes('/')) ?? ''}" and "${slashed[0] ?? ''}" do not go together: say KIND NAME... or KIND/NAME...`,
    );
  }
  return slashed.map((word) => {
    const [kind, name, ...rest] = word.split('/');
    if (!kind || !name || rest.length > 0) throw usage(`"${word}" names no object: say KIND/NAME, such as deployment/web`);
    return { word: kind, names: [name] };
  });
}

/** Finds the resources that targets mean; `all` is many. @throws LongshoreError NotFound, InvalidArgument */
export async function resolveTargets(discovery: Discovery, targets: readonly Target[]): Promise<ResolvedTarget[]> {
  const resolved: ResolvedTarget[] = [];
  for (const { word, names } of targets) {
    const resources = await discovery.findAll(word);
    if (resources.length > 1 && names.length > 0) throw usage(`"${word}" is many kinds: it takes no names`);
    resolved.push(...resources.map((resource) => ({ resource, names })));
  }
  return resolved;
}

function splitKinds(text: string): string[] {
  const kinds = text.split(',').filter((kind) => kind !== '');
  if (kinds.length === 0) throw usage(`"${text}" names no kind`);
  return kinds;
}

function usage(message: string): LongshoreError {
  return new LongshoreError('InvalidArgument', message);
}
