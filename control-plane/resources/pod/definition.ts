import type { Pod } from '../../../lib/kubernetes/types/core-v1.js';
import { defineResource } from '../define.js';
import { podColumns } from './pod-columns.js';
import { defaultPod } from './pod-spec-defaults.js';
import { validatePodSpec } from './pod-spec-validation.js';
import { markBound, validatePodUpdate } from './pod-update.js';
import { qosClassOf } from './qos-class.js';
import { admitServiceAccount } from './service-account-admission.js';
import { admitTolerations } from './toleration-admission.js';

export const podDefinition = defineResource<Pod>({
  group: '',
  kind: 'Pod',
  plural: 'pods',
  shortNames: ['po'],
  categories: ['all'],
  schemaType: 'core.v1.Pod',
  status: true,
  columns: podColumns,
  fieldSelectors: [
    { path: 'spec.nodeName', value: (pod) => pod.spec.nodeName ?? '' },
    { path: 'spec.restartPolicy', value: (pod) => pod.spec.restartPolicy ?? '' },
    { path: 'spec.schedulerName', value: (pod) => pod.spec.schedulerName ?? '' },
    { path: 'spec.serviceAccountName', value: (pod) => pod.spec.serviceAccountName ?? '' },
    { path: 'spec.hostNetwork', value: (pod) => String(pod.spec.hostNetwork === true) },
    { path: 'status.phase', value: (pod) => pod.status?.phase ?? '' },
    { path: 'status.podIP', value: (pod) => pod.status?.podIP ?? '' },
    { path: 'status.nominatedNodeName', value: (pod) => pod.status?.nominatedNodeName ?? '' },
  ],
  generationOf: (pod) => pod.spec,
  defaults: defaultPod,
  admit: async (pod, previous, context) => {
    if (!previous) await admitServiceAccount(pod, context);
    admitTolerations(pod, context.settings.defaultTolerationSeconds);
  },
  prepareForCreate: (pod) => {
    pod.status = { phase: 'Pending', qosClass: qosClassOf(pod.spec) };
  },
  prepareForUpdate: markBound,
  validate: (pod, previous) => [...validatePodSpec(pod.spec, 'spec'), ...(previous ? validatePodUpdate(pod, previous) : [])],
  gracePeriodSeconds: (pod, requested) => {
    const phase = pod.status?.phase;
    if (!pod.spec.nodeName || phase === 'Succeeded' || phase === 'Failed') return 0;
    return requested ?? pod.spec.terminationGracePeriodSeconds ?? 30;
  },
});
