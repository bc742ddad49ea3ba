import type { ApiResource } from './api-resource.js';

/**
 * The resource that a word of the user names: plural, singular, short name or kind, alone or
 * followed by `.group` or `.version.group`. Case does not matter. The earliest match wins:
 * the core group, then the server's order. Pure.
 */
export function findResource(resources: readonly ApiResource[], word: string): ApiResource | undefined {
  const wanted = word.toLowerCase();
  const whole = resources.find((resource) => isNamed(resource, wanted));
  if (whole) return whole;
  const [name = '', ...rest] = wanted.split('.');
  if (rest.length === 0) return undefined;
  const group = rest.join('.');
  const [version, ...groupRest] = rest;
  return (
    resources.find((resource) => isNamed(resource, name) && resource.group === group) ??
    resources.find(
      (resource) => isNamed(resource, name) && resource.version === version && resource.group === groupRest.join('.'),
    )
  );
}

function isNamed({ plural, singular, kind, shortNames }: ApiResource, word: string): boolean {
  return plural === word || singular === word || kind.toLowerCase() === word || shortNames.includes(word);
}

/** The resources of a category such as `all`; each once, in its preferred version. Pure. */
export function findCategory(resources: readonly ApiResource[], category: string): ApiResource[] {
  const found = new Map<string, ApiResource>();
  for (const resource of resources) {
    const key = `${resource.plural}.${resource.group}`;
    if (resource.categories.includes(category) && !found.has(key)) found.set(key, resource);
  }
  return [...found.values()];
}
