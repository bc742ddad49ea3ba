import { matchesRequirement, type Requirement, type SelectorOperator } from '../../../lib/kubernetes/label-selector.js';
import type { NodeSelectorRequirement, NodeSelectorTerm, Pod } from '../../../lib/kubernetes/types/core-v1.js';
import type { NodeInfo } from './node-info.js';

const operators: readonly string[] = ['In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt'] satisfies SelectorOperator[];

/** Whether a node meets all of a term. A term without requirements meets nothing, nor does one that validation would refuse. */
export function matchesTerm(term: NodeSelectorTerm, node: NodeInfo): boolean {
  const { matchExpressions = [], matchFields = [] } = term;
  if (matchExpressions.length === 0 && matchFields.length === 0) return false;
  const fields = { 'metadata.name': node.name };
  return (
    matchExpressions.every((expression) => matches(expression, node.labels)) &&
    matchFields.every((field) => matches(field, fields))
  );
}

/** Whether a node meets the pod's nodeSelector and, of its required node affinity, any term. */
export function matchesRequiredNodes({ spec }: Pod, node: NodeInfo): boolean {
  for (const [key, value] of Object.entries(spec.nodeSelector ?? {})) {
    if (node.labels[key] !== value) return false;
  }
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return !required || required.nodeSelectorTerms.some((term) => matchesTerm(term, node));
}

function matches({ key, operator, values = [] }: NodeSelectorRequirement, labels: Readonly<Record<string, string>>): boolean {
  const requirement: Requirement = { key, operator: operator as SelectorOperator, values };
  return operators.includes(operator) && matchesRequirement(requirement, labels);
}
