import type { Service } from '../../../lib/kubernetes/types/core-v1.js';
import { isHeadless } from '../service-endpoints/selected-pods.js';

export const serviceNameLabel = 'kubernetes.io/service-name';
export const managedByLabel = 'endpointslice.kubernetes.io/managed-by';
export const managedBy = 'endpointslice-controller.k8s.io';
const headlessLabel = 'service.kubernetes.io/headless';
const reserved = new Set([serviceNameLabel, managedByLabel, headlessLabel]);

/** The labels of a slice: the service's own, and those that make it this controller's. */
export function sliceLabels(service: Service): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const [key, value] of Object.entries(service.metadata.labels ?? {})) {
    if (!reserved.has(key)) labels[key] = value;
  }
  if (isHeadless(service)) labels[headlessLabel] = '';
  labels[serviceNameLabel] = service.metadata.name;
  labels[managedByLabel] = managedBy;
  return labels;
}
