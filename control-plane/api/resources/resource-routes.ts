import type { Verb } from '../../resources/definition.js';
import type { Call } from '../http/call.js';
import type { Method, Route } from '../http/router.js';
import { handleLog } from '../logs/log-handler.js';
import { handlePodProxy, handleServiceProxy } from '../proxy/proxy-handlers.js';
import { handlePortForward } from '../streams/port-forward-handler.js';
import { handleAttach, handleExec } from '../streams/process-handlers.js';
import { methodNotAllowed, unknownPath } from '../status.js';
import { handleWatch } from '../watch/watch-handler.js';
import { handleDelete, handleDeleteCollection } from './delete-handlers.js';
import { handlePatch } from './patch-handler.js';
import { handleGet, handleList } from './read-handlers.js';
import type { ResourceCall, ResourceHandler, Services } from './resource-call.js';
import { handleFinalize } from './subresources/finalize.js';
import { handleBinding, handleEviction } from './subresources/pod-subresources.js';
import { handleGetScale, handlePatchScale, handleUpdateScale } from './subresources/scale.js';
import { handleCreate, handleUpdate } from './write-handlers.js';

type Handlers = Partial<Record<string, ResourceHandler>>;

/** Handlers of objects and collections, by verb. */
const objectHandlers: Record<Verb, ResourceHandler> = {
  create: handleCreate,
  delete: handleDelete,
  deletecollection: handleDeleteCollection,
  get: handleGet,
  list: handleList,
  patch: handlePatch,
  update: handleUpdate,
  watch: handleWatch,
};

const statusHandlers: Handlers = { get: handleGet, update: handleUpdate, patch: handlePatch };
const scaleHandlers: Handlers = { get: handleGetScale, update: handleUpdateScale, patch: handlePatchScale };

/** Subresources of single kinds, by `<plural>.<group>/<subresource>`. */
const specialHandlers: Record<string, Handlers> = {
  'pods/attach': { get: handleAttach, create: handleAttach },
  'pods/binding': { create: handleBinding },
  'pods/eviction': { create: handleEviction },
  'pods/exec': { get: handleExec, create: handleExec },
  'pods/log': { get: handleLog },
  'pods/portforward': { get: handlePortForward, create: handlePortForward },
  'pods/proxy': everyVerb(handlePodProxy),
  'services/proxy': everyVerb(handleServiceProxy),
  'namespaces/finalize': { update: handleFinalize },
};

function everyVerb(handler: ResourceHandler): Handlers {
  return { get: handler, watch: handler, create: handler, update: handler, patch: handler, delete: handler };
}

/** Every path below a group's version; what it names has been read from it by requestInfo. */
export function resourceRoutes(services: Services): Route[] {
  const handler = (call: Call): Promise<void> => serve(call, services);
  const methods = { GET: handler, POST: handler, PUT: handler, PATCH: handler, DELETE: handler };
  return ['/api/:version/*', '/apis/:group/:version/*'].map((path) => ({ path, methods }));
}

async function serve(call: Call, services: Services): Promise<void> {
  const resourceCall = resourceCallOf(call, services);
  const handlers = handlersOf(resourceCall);
  const handler = handlers[call.info.verb];
  if (!handler) throw methodNotAllowed(methodsOf(handlers));
  await handler(resourceCall);
}

/** @throws StatusError 404 when the kind is not served, or not at this kind of path */
function resourceCallOf(call: Call, services: Services): ResourceCall {
  const target = call.info.resource;
  const key = target && (target.group === '' ? target.resource : `${target.resource}.${target.group}`);
  const definition = key === undefined ? undefined : services.resources.definition(key);
  if (!target || !key || !definition || definition.version !== target.version) throw unknownPath();
  if (target.subpath !== '' && target.subresource !== 'proxy') throw unknownPath();
  // requestInfo counts a namespace as inside itself; its own objects are cluster-scoped.
  const namespace = definition.plural === 'namespaces' && definition.group === '' ? '' : target.namespace;
  if (!definition.namespaced && namespace !== '') throw unknownPath();
  if (definition.namespaced && namespace === '' && target.name !== '') throw unknownPath();
  const registry = services.resources.registry(key);
  return { ...call, target: { ...target, namespace }, definition, registry, services, warnings: [] };
}

/** What the kind serves at this path, by verb. @throws StatusError 404 for a subresource that it has not */
function handlersOf({ definition, target, info }: ResourceCall): Handlers {
  const { subresource } = target;
  if (subresource === '') {
    const onCollection = target.name === '';
    const offered = definition.verbs.filter((verb) => collectionVerbs.has(verb) === onCollection || verb === 'watch');
    // A namespaced object is created and a collection deleted in one namespace at a time.
    const everywhere = definition.namespaced && target.namespace === '';
    const served = everywhere ? offered.filter((verb) => verb === 'list' || verb === 'watch') : offered;
    return Object.fromEntries(served.map((verb) => [verb, objectHandlers[verb]]));
  }
  if (info.verb === 'watch' && subresource !== 'proxy') throw unknownPath();
  if (subresource === 'status' && definition.status) return statusHandlers;
  if (subresource === 'scale' && definition.scale) return scaleHandlers;
  const key = definition.group === '' ? definition.plural : `${definition.plural}.${definition.group}`;
  const handlers = specialHandlers[`${key}/${subresource}`];
  if (!handlers) throw unknownPath();
  return handlers;
}

const collectionVerbs = new Set<Verb>(['create', 'list', 'deletecollection']);

const methodOfVerb: Record<string, Method> = {
  create: 'POST',
  delete: 'DELETE',
  deletecollection: 'DELETE',
  get: 'GET',
  list: 'GET',
  watch: 'GET',
  patch: 'PATCH',
  update: 'PUT',
};

function methodsOf(handlers: Handlers): string[] {
  return [...new Set(Object.keys(handlers).map((verb) => methodOfVerb[verb] ?? verb))];
}
