import type { ReplicaSet } from '../../../lib/kubernetes/types/apps-v1.js';
import { ageColumn, defineResource, nameColumn } from '../define.js';
import { defaultPodSpec } from '../pod/pod-spec-defaults.js';
import { validatePodTemplate } from '../pod/pod-spec-validation.js';
import { validateNonNegative } from '../validation/numbers.js';
import { validateWorkloadSelector } from '../validation/selector.js';
import { selectorText, workloadColumns } from '../workload/workload-columns.js';

export const replicaSetDefinition = defineResource<ReplicaSet>({
  group: 'apps',
  kind: 'ReplicaSet',
  plural: 'replicasets',
  shortNames: ['rs'],
  categories: ['all'],
  schemaType: 'apps.v1.ReplicaSet',
  status: true,
  scale: {
    replicas: (replicaSet) => replicaSet.spec.replicas ?? 1,
    setReplicas: (replicaSet, replicas) => {
      replicaSet.spec.replicas = replicas;
    },
    statusReplicas: (replicaSet) => replicaSet.status?.replicas ?? 0,
    selector: (replicaSet) => selectorText(replicaSet.spec.selector),
  },
  columns: [
    nameColumn,
    { name: 'Desired', type: 'integer', description: 'Pods wanted.', cell: ({ spec }) => spec.replicas ?? 0 },
    { name: 'Current', type: 'integer', description: 'Pods there are.', cell: ({ status }) => status?.replicas ?? 0 },
    { name: 'Ready', type: 'integer', description: 'Pods that are ready.', cell: ({ status }) => status?.readyReplicas ?? 0 },
    ageColumn,
    ...workloadColumns,
  ],
  fieldSelectors: [{ path: 'status.replicas', value: ({ status }) => String(status?.replicas ?? 0) }],
  generationOf: (replicaSet) => replicaSet.spec,
  defaults: ({ spec }) => {
    spec.replicas ??= 1;
    if (spec.template?.spec) defaultPodSpec(spec.template.spec);
  },
  prepareForCreate: (replicaSet) => {
    replicaSet.status = { replicas: 0 };
  },
  validate: ({ spec }, previous) => [
    ...validateNonNegative(spec.replicas, 'spec.replicas'),
    ...validateNonNegative(spec.minReadySeconds, 'spec.minReadySeconds'),
    ...validateWorkloadSelector(spec.selector, spec.template, previous?.spec.selector),
    ...validatePodTemplate(spec.template, 'spec.template'),
  ],
});
