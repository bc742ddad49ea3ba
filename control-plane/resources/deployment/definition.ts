import type { Deployment } from '../../../lib/kubernetes/types/apps-v1.js';
import { invalid, type FieldCause } from '../causes.js';
import { ageColumn, defineResource, nameColumn } from '../define.js';
import { defaultPodSpec } from '../pod/pod-spec-defaults.js';
import { validatePodTemplate } from '../pod/pod-spec-validation.js';
import { validateNonNegative } from '../validation/numbers.js';
import { validateWorkloadSelector } from '../validation/selector.js';
import { selectorText, workloadColumns } from '../workload/workload-columns.js';
import { validateStrategy } from './rolling-update-validation.js';

export const deploymentDefinition = defineResource<Deployment>({
  group: 'apps',
  kind: 'Deployment',
  plural: 'deployments',
  shortNames: ['deploy'],
  categories: ['all'],
  schemaType: 'apps.v1.Deployment',
  status: true,
  scale: {
    replicas: (deployment) => deployment.spec.replicas ?? 1,
    setReplicas: (deployment, replicas) => {
      deployment.spec.replicas = replicas;
    },
    statusReplicas: (deployment) => deployment.status?.replicas ?? 0,
    selector: (deployment) => selectorText(deployment.spec.selector),
  },
  columns: [
    nameColumn,
    {
      name: 'Ready',
      type: 'string',
      description: 'Pods that are ready, of those wanted.',
      cell: ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec.replicas ?? 0}`,
    },
    {
      name: 'Up-to-date',
      type: 'string',
      description: 'Pods made from the newest template.',
      cell: ({ status }) => status?.updatedReplicas ?? 0,
    },
    {
      name: 'Available',
      type: 'string',
      description: 'Pods that have been ready for minReadySeconds.',
      cell: ({ status }) => status?.availableReplicas ?? 0,
    },
    ageColumn,
    ...workloadColumns,
  ],
  generationOf: (deployment) => deployment.spec,
  defaults: ({ spec }) => {
    spec.replicas ??= 1;
    spec.revisionHistoryLimit ??= 10;
    spec.progressDeadlineSeconds ??= 600;
    spec.strategy ??= {};
    spec.strategy.type ||= 'RollingUpdate';
    if (spec.strategy.type === 'RollingUpdate') {
      spec.strategy.rollingUpdate ??= {};
      spec.strategy.rollingUpdate.maxSurge ??= '25%';
      spec.strategy.rollingUpdate.maxUnavailable ??= '25%';
    }
    if (spec.template?.spec) defaultPodSpec(spec.template.spec);
  },
  validate: ({ spec }, previous) => [
    ...validateNonNegative(spec.replicas, 'spec.replicas'),
    ...validateNonNegative(spec.minReadySeconds, 'spec.minReadySeconds'),
    ...validateNonNegative(spec.revisionHistoryLimit, 'spec.revisionHistoryLimit'),
    ...validateDeadline(spec.progressDeadlineSeconds, spec.minReadySeconds ?? 0),
    ...validateWorkloadSelector(spec.selector, spec.template, previous?.spec.selector),
    ...validateStrategy(spec.strategy, 'spec.strategy'),
    ...(spec.template ? validatePodTemplate(spec.template, 'spec.template') : []),
  ],
});

function validateDeadline(seconds: number | undefined, minReadySeconds: number): FieldCause[] {
  const field = 'spec.progressDeadlineSeconds';
  if (seconds === undefined) return [];
  if (seconds < 0) return validateNonNegative(seconds, field);
  return seconds <= minReadySeconds ? [invalid(field, seconds, 'must be greater than minReadySeconds')] : [];
}
