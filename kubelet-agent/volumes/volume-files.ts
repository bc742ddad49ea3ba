import type {
  DownwardApiItem,
  KeyToPath,
  PodAssignment,
  ProjectedSource,
  ServiceAccountTokenSource,
  Volume,
} from '../../proto/gen/longshore/node/v1/pod.js';
import { LongshoreError } from '../../lib/errors/errors.js';
import type { VolumeFile, VolumeFiles } from './atomic-writer.js';
import { downwardContent } from './downward-files.js';
import { type VolumeOwnership, ownedFile } from './volume-ownership.js';
import type { PodFacts } from './volume-manager.js';

/** What the files of a volume are made of. */
export interface FileSources {
  assignment: PodAssignment;
  facts: PodFacts;
  ownership: VolumeOwnership;
  /** Undefined: there is none to be had now, and the file is left out. */
  token: (source: ServiceAccountTokenSource) => Promise<string | undefined>;
}

type Source =
  | { $case: 'object'; kind: 'configmap' | 'secret'; name: string; items: readonly KeyToPath[]; optional: boolean }
  | { $case: 'downward'; items: readonly DownwardApiItem[] }
  | { $case: 'token'; value: ServiceAccountTokenSource };

/** The sources of a volume whose content we write; undefined for the other volumes. Pure. */
export function fileSourcesOf({ source }: Volume): { sources: Source[]; defaultMode: number; secret: boolean } | undefined {
  switch (source?.$case) {
    case 'configMap': {
      const { name, items, optional, defaultMode } = source.value;
      return { sources: [{ $case: 'object', kind: 'configmap', name, items, optional }], defaultMode, secret: false };
    }
    case 'secret': {
      const { secretName: name, items, optional, defaultMode } = source.value;
      return { sources: [{ $case: 'object', kind: 'secret', name, items, optional }], defaultMode, secret: true };
    }
    case 'downwardApi':
      return {
        sources: [{ $case: 'downward', items: source.value.items }],
        defaultMode: source.value.defaultMode,
        secret: false,
      };
    case 'projected':
      return { sources: source.value.sources.flatMap(projected), defaultMode: source.value.defaultMode, secret: true };
    default:
      return undefined;
  }
}

/** @throws LongshoreError NotFound in Kubernetes' words for a missing object or key that is not optional */
export async function computeFiles(
  { sources, defaultMode }: { sources: readonly Source[]; defaultMode: number },
  from: FileSources,
): Promise<VolumeFiles> {
  const files = new Map<string, VolumeFile>();
  for (const source of sources) {
    switch (source.$case) {
      case 'object':
        for (const [path, file] of objectFiles(source, defaultMode, from)) files.set(path, file);
        break;
      case 'downward':
        for (const item of source.items) {
          const content = Buffer.from(downwardContent(from.assignment, from.facts, item));
          files.set(item.path, ownedFile(content, item.mode ?? defaultMode, from.ownership));
        }
        break;
      case 'token': {
        const token = await from.token(source.value);
        if (token !== undefined) files.set(source.value.path, from.ownership.tokenFile(Buffer.from(token), defaultMode));
      }
    }
  }
  return files;
}

function projected({ source }: ProjectedSource): Source[] {
  switch (source?.$case) {
    case 'configMap':
      return [{ $case: 'object', kind: 'configmap', ...source.value }];
    case 'secret':
      return [{ $case: 'object', kind: 'secret', ...source.value }];
    case 'downwardApi':
      return [{ $case: 'downward', items: source.value.items }];
    case 'serviceAccountToken':
      return [{ $case: 'token', value: source.value }];
    default:
      return [];
  }
}

function objectFiles(
  { kind, name, items, optional }: Extract<Source, { $case: 'object' }>,
  defaultMode: number,
  { assignment, ownership }: FileSources,
): [string, VolumeFile][] {
  const data = dataOf(assignment, kind, name);
  if (!data) {
    if (optional) return [];
    throw new LongshoreError('NotFound', `${kind} "${name}" not found`);
  }
  if (items.length === 0) {
    return Object.entries(data).map(([key, content]) => [key, ownedFile(content, defaultMode, ownership)]);
  }
  return items.flatMap(({ key, path, mode }): [string, VolumeFile][] => {
    const content = data[key];
    if (content) return [[path, ownedFile(content, mode ?? defaultMode, ownership)]];
    if (optional) return [];
    throw new LongshoreError('NotFound', `references non-existent ${kind === 'secret' ? 'secret' : 'config'} key: ${key}`);
  });
}

function dataOf(assignment: PodAssignment, kind: 'configmap' | 'secret', name: string): Record<string, Buffer> | undefined {
  const objects = kind === 'secret' ? assignment.secrets : assignment.configMaps;
  const found = objects.find((object) => object.name === name)?.data;
  if (found || kind === 'secret' || name !== 'kube-root-ca.crt' || assignment.clusterCa === '') return found;
  // Every namespace has this ConfigMap; its content travels with the assignment.
  return { 'ca.crt': Buffer.from(assignment.clusterCa) };
}
