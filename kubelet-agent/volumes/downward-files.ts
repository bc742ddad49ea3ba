import type { DownwardApiItem, PodAssignment } from '../../proto/gen/longshore/node/v1/pod.js';
import { fieldValue, resourceValue } from '../pod-workers/downward-api.js';
import type { PodFacts } from './volume-manager.js';

/**
 * What a downward API file says. Beside what environment variables can have, a file can
 * hold all labels or annotations.
 * @throws LongshoreError InvalidArgument for a field or resource that there is not
 */
export function downwardContent(assignment: PodAssignment, facts: PodFacts, { source }: DownwardApiItem): string {
  if (source?.$case === 'resource') return resourceValue(assignment, facts, source.value, '');
  const fieldPath = source?.value.fieldPath ?? '';
  if (fieldPath === 'metadata.labels') return renderMap(assignment.pod?.labels ?? {});
  if (fieldPath === 'metadata.annotations') return renderMap(assignment.pod?.annotations ?? {});
  return fieldValue(assignment, facts, fieldPath);
}

/** One `key="value"` a line, by key. */
function renderMap(map: Readonly<Record<string, string>>): string {
  return Object.entries(map)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join('\n');
}
