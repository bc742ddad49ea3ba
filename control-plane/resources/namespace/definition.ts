import type { Namespace } from '../../../lib/kubernetes/types/core-v1.js';
import { ageColumn, allVerbsBut, defineResource, nameColumn } from '../define.js';

const finalizer = 'kubernetes';
/** Without these there is no cluster. */
const undeletable = new Set(['default', 'kube-system', 'kube-public']);

export const namespaceDefinition = defineResource<Namespace>({
  group: '',
  kind: 'Namespace',
  plural: 'namespaces',
  shortNames: ['ns'],
  namespaced: false,
  verbs: allVerbsBut('deletecollection'),
  schemaType: 'core.v1.Namespace',
  status: true,
  nameFormat: 'label',
  columns: [
    nameColumn,
    { name: 'Status', type: 'string', description: 'Active or Terminating.', cell: ({ status }) => status?.phase ?? '' },
    ageColumn,
  ],
  fieldSelectors: [
    { path: 'status.phase', value: ({ status }) => status?.phase ?? '' },
    { path: 'name', value: ({ metadata }) => metadata.name },
  ],
  defaults: ({ metadata }) => {
    // Lets selectors find a namespace by its name; users can neither take it away nor forge it.
    metadata.labels = { ...metadata.labels, 'kubernetes.io/metadata.name': metadata.name };
  },
  prepareForCreate: (namespace) => {
    namespace.spec.finalizers = [...new Set([...(namespace.spec.finalizers ?? []), finalizer])];
    namespace.status = { phase: 'Active' };
  },
  prepareForUpdate: (namespace, previous) => {
    if (previous.spec.finalizers) namespace.spec.finalizers = [...previous.spec.finalizers];
    else delete namespace.spec.finalizers;
  },
  // Emptied by the namespace controller (subresource finalize) once nothing is left inside.
  holdsDeletion: ({ spec }) => (spec.finalizers?.length ?? 0) > 0,
  refuseDeletion: ({ metadata }) => (undeletable.has(metadata.name) ? 'this namespace may not be deleted' : undefined),
  prepareForDeletion: (namespace) => {
    namespace.status = { ...namespace.status, phase: 'Terminating' };
  },
});
