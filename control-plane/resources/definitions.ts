import { configMapDefinition } from './config-map/definition.js';
import type { ResourceDefinition } from './definition.js';
import { deploymentDefinition } from './deployment/definition.js';
import { endpointSliceDefinition } from './endpoint-slice/definition.js';
import { endpointsDefinition } from './endpoints/definition.js';
import { eventDefinition } from './event/definition.js';
import { leaseDefinition } from './lease/definition.js';
import { namespaceDefinition } from './namespace/definition.js';
import { nodeDefinition } from './node/definition.js';
import { podDefinition } from './pod/definition.js';
import { replicaSetDefinition } from './replica-set/definition.js';
import type { ResourceKey, ResourceTypes } from './resource-types.js';
import { secretDefinition } from './secret/definition.js';
import { serviceAccountDefinition } from './service-account/definition.js';
import { serviceDefinition } from './service/definition.js';

/** Every kind, in the order in which discovery lists them. */
export const definitionsByKey: { readonly [K in ResourceKey]: ResourceDefinition<ResourceTypes[K]> } = {
  configmaps: configMapDefinition,
  endpoints: endpointsDefinition,
  events: eventDefinition,
  namespaces: namespaceDefinition,
  nodes: nodeDefinition,
  pods: podDefinition,
  secrets: secretDefinition,
  serviceaccounts: serviceAccountDefinition,
  services: serviceDefinition,
  'deployments.apps': deploymentDefinition,
  'replicasets.apps': replicaSetDefinition,
  'leases.coordination.k8s.io': leaseDefinition,
  'endpointslices.discovery.k8s.io': endpointSliceDefinition,
};
