import { isDeepStrictEqual } from 'node:util';
import { labelSelectorRequirements, matchesLabelSelector } from '../../../lib/kubernetes/label-selector.js';
import { LongshoreError } from '../../../lib/errors/errors.js';
import type { PodTemplateSpec } from '../../../lib/kubernetes/types/core-v1.js';
import type { LabelSelector } from '../../../lib/kubernetes/types/meta-v1.js';
import { invalid, type FieldCause } from '../causes.js';

/** The selector of a workload: present, not empty, selecting its own template, and never changed. */
export function validateWorkloadSelector(
  selector: LabelSelector | undefined,
  template: PodTemplateSpec | undefined,
  previous: LabelSelector | undefined,
): FieldCause[] {
  if (!selector) return [];
  const causes: FieldCause[] = [];
  if (previous && !isDeepStrictEqual(selector, previous)) causes.push(invalid('spec.selector', selector, 'field is immutable'));
  const empty = Object.keys(selector.matchLabels ?? {}).length === 0 && (selector.matchExpressions ?? []).length === 0;
  if (empty) causes.push(invalid('spec.selector', selector, 'empty selector is invalid for deployment'));
  causes.push(...validateLabelSelector(selector, 'spec.selector'));
  if (causes.length === 0 && template && !matchesLabelSelector(selector, template.metadata?.labels)) {
    const labels = template.metadata?.labels ?? {};
    causes.push(invalid('spec.template.metadata.labels', labels, '`selector` does not match template `labels`'));
  }
  return causes;
}

export function validateLabelSelector(selector: LabelSelector, field: string): FieldCause[] {
  try {
    labelSelectorRequirements(selector);
    return [];
  } catch (thrown) {
    return [invalid(field, selector, LongshoreError.from(thrown).message)];
  }
}
