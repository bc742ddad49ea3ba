import { formatRequirements, labelSelectorRequirements } from '../../../lib/kubernetes/label-selector.js';
import { LongshoreError } from '../../../lib/errors/errors.js';
import type { PodTemplateSpec } from '../../../lib/kubernetes/types/core-v1.js';
import type { LabelSelector } from '../../../lib/kubernetes/types/meta-v1.js';
import type { KubeObject } from '../client.js';
import type { PrinterColumn } from '../definition.js';

interface Workload extends KubeObject {
  spec: { selector: LabelSelector; template?: PodTemplateSpec };
}

/** The columns that `kubectl get -o wide` shows of everything that has a pod template. */
export const workloadColumns: readonly PrinterColumn<Workload>[] = [
  {
    name: 'Containers',
    type: 'string',
    priority: 1,
    description: "Names of the template's containers.",
    cell: ({ spec }) => (spec.template?.spec?.containers ?? []).map((container) => container.name).join(','),
  },
  {
    name: 'Images',
    type: 'string',
    priority: 1,
    description: "Images of the template's containers.",
    cell: ({ spec }) => (spec.template?.spec?.containers ?? []).map((container) => container.image ?? '').join(','),
  },
  {
    name: 'Selector',
    type: 'string',
    priority: 1,
    description: 'Which pods belong to it.',
    cell: ({ spec }) => selectorText(spec.selector),
  },
];

/** A selector as text; `<none>` for one that selects everything. */
export function selectorText(selector: LabelSelector | undefined): string {
  try {
    return formatRequirements(labelSelectorRequirements(selector ?? {})) || '<none>';
  } catch (thrown) {
    return `<error: ${LongshoreError.from(thrown).message}>`;
  }
}
