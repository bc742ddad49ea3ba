import { bytes } from '../../../lib/kubernetes/quantity.js';
import type {
  DownwardAPIVolumeFile,
  KeyToPath as KubeKeyToPath,
  Volume as KubeVolume,
  VolumeProjection,
} from '../../../lib/kubernetes/types/core-v1.js';
import type {
  DownwardApiItem,
  KeyToPath,
  ProjectedObject,
  ProjectedSource,
  Volume,
} from '../../../proto/gen/longshore/node/v1/pod.js';
import { fieldSource, resourceSource } from './environment.js';

const defaultFileMode = 0o644;
const defaultTokenSeconds = 3_600;

/** A volume; its source is absent when nodes do not know that kind, and the agent says so. */
export function volume(source: KubeVolume): Volume {
  return { name: source.name, source: sourceOf(source) };
}

function sourceOf({ emptyDir, hostPath, configMap, secret, projected, downwardAPI }: KubeVolume): Volume['source'] {
  if (emptyDir) {
    const sizeLimitBytes = emptyDir.sizeLimit === undefined ? 0 : bytes(emptyDir.sizeLimit);
    return { $case: 'emptyDir', value: { medium: emptyDir.medium ?? '', sizeLimitBytes } };
  }
  if (hostPath) return { $case: 'hostPath', value: { path: hostPath.path, type: hostPath.type ?? '' } };
  if (configMap) {
    const { name = '', items, defaultMode = defaultFileMode, optional = false } = configMap;
    return { $case: 'configMap', value: { name, items: keysToPaths(items), defaultMode, optional } };
  }
  if (secret) {
    const { secretName = '', items, defaultMode = defaultFileMode, optional = false } = secret;
    return { $case: 'secret', value: { secretName, items: keysToPaths(items), defaultMode, optional } };
  }
  if (projected) {
    const { sources = [], defaultMode = defaultFileMode } = projected;
    return { $case: 'projected', value: { sources: sources.map(projectedSource), defaultMode } };
  }
  if (downwardAPI) {
    const { items = [], defaultMode = defaultFileMode } = downwardAPI;
    return { $case: 'downwardApi', value: { items: items.map(downwardApiItem), defaultMode } };
  }
  return undefined;
}

function projectedSource({ configMap, secret, serviceAccountToken, downwardAPI }: VolumeProjection): ProjectedSource {
  if (configMap) return { source: { $case: 'configMap', value: projectedObject(configMap) } };
  if (secret) return { source: { $case: 'secret', value: projectedObject(secret) } };
  if (serviceAccountToken) {
    const { audience = '', expirationSeconds = defaultTokenSeconds, path } = serviceAccountToken;
    return { source: { $case: 'serviceAccountToken', value: { audience, expirationSeconds, path } } };
  }
  if (downwardAPI) return { source: { $case: 'downwardApi', value: { items: (downwardAPI.items ?? []).map(downwardApiItem) } } };
  return { source: undefined };
}

function projectedObject({
  name = '',
  items,
  optional = false,
}: {
  name?: string;
  items?: KubeKeyToPath[];
  optional?: boolean;
}): ProjectedObject {
  return { name, items: keysToPaths(items), optional };
}

function downwardApiItem({ path, fieldRef, resourceFieldRef, mode }: DownwardAPIVolumeFile): DownwardApiItem {
  if (fieldRef) return { path, source: { $case: 'field', value: fieldSource(fieldRef) }, mode };
  if (resourceFieldRef) return { path, source: { $case: 'resource', value: resourceSource(resourceFieldRef) }, mode };
  return { path, source: undefined, mode };
}

function keysToPaths(items: readonly KubeKeyToPath[] | undefined): KeyToPath[] {
  return (items ?? []).map(({ key, path, mode }) => ({ key, path, mode }));
}
