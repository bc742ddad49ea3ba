/**
 * What a request asks for, read from its method and path alone: the input of
 * authorization, metrics and logs. Kubernetes' RequestInfo.
 */
export interface RequestInfo {
  readonly path: string;
  /** get, list, watch, create, update, patch, delete, deletecollection; the HTTP method in lower case off the resource paths. */
  readonly verb: string;
  /** Undefined for paths that name no resource. */
  readonly resource?: ResourceTarget;
}

export interface ResourceTarget {
  readonly group: string;
  readonly version: string;
  /** Plural. */
  readonly resource: string;
  /** Empty for the object itself. */
  readonly subresource: string;
  /** Empty for cluster scope and for all namespaces. */
  readonly namespace: string;
  /** Empty for collections. */
  readonly name: string;
  /** What follows the subresource: the path that a proxy is asked for. Empty otherwise. */
  readonly subpath: string;
}

const verbs: Record<string, string> = { POST: 'create', PUT: 'update', PATCH: 'patch' };

/** Subresources of a namespace itself; anything else after its name is a resource inside it. */
const namespaceSubresources = new Set(['status', 'finalize']);

export function requestInfo(method: string, path: string, query: URLSearchParams): RequestInfo {
  const target = resourceTarget(path);
  return target ? { path, verb: verbOf(method, target, query), resource: target } : { path, verb: method.toLowerCase() };
}

function resourceTarget(path: string): ResourceTarget | undefined {
  const [root, ...segments] = path.split('/').filter(Boolean).map(decode);
  if (root !== 'api' && root !== 'apis') return undefined;
  const group = root === 'api' ? '' : (segments.shift() ?? '');
  const [version = '', ...rest] = segments;
  if (rest.length === 0) return undefined;
  const [first = '', second = '', third = '', ...tail] = rest;
  if (first === 'namespaces' && third !== '' && !namespaceSubresources.has(third)) {
    const [name = '', subresource = '', ...subpath] = tail;
    return { group, version, namespace: second, resource: third, name, subresource, subpath: subpath.join('/') };
  }
  // A namespace counts as inside itself, so that rights in it cover it.
  const namespace = first === 'namespaces' && group === '' ? second : '';
  return { group, version, namespace, resource: first, name: second, subresource: third, subpath: tail.join('/') };
}

function verbOf(method: string, target: ResourceTarget, query: URLSearchParams): string {
  if (method === 'GET' || method === 'HEAD') {
    if (isTrue(query.get('watch'))) return 'watch';
    return target.name === '' ? 'list' : 'get';
  }
  if (method === 'DELETE') return target.name === '' ? 'deletecollection' : 'delete';
  return verbs[method] ?? method.toLowerCase();
}

/** A boolean query parameter as Go reads it: present and neither `0` nor `false`. */
export function isTrue(value: string | null): boolean {
  return value !== null && value !== '0' && value.toLowerCase() !== 'false';
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    // Not well-formed: such a path matches no route and gets its 404 there.
    return segment;
  }
}
