import type { KeyToPath, Volume, VolumeProjection } from '../../../lib/kubernetes/types/core-v1.js';
import { duplicate, forbidden, invalid, required, type FieldCause } from '../causes.js';
import { validateName } from '../validation/object-meta.js';
import { validateRelativePath } from './container-validation.js';

const hostPathTypes = ['', 'DirectoryOrCreate', 'Directory', 'FileOrCreate', 'File', 'Socket', 'CharDevice', 'BlockDevice'];

export function validateVolumes(volumes: readonly Volume[], field: string): FieldCause[] {
  const names = new Set<string>();
  return volumes.flatMap((volume, index) => {
    const at = `${field}[${index}]`;
    const causes = validateName(volume.name, 'label', `${at}.name`);
    if (volume.name && names.has(volume.name)) causes.push(duplicate(`${at}.name`, volume.name));
    names.add(volume.name);
    const sources = Object.keys(volume).filter((key) => key !== 'name');
    causes.push(...sources.slice(1).map((key) => forbidden(`${at}.${key}`, 'may not specify more than 1 volume type')));
    return [...causes, ...validateSource(volume, at)];
  });
}

function validateSource(volume: Volume, at: string): FieldCause[] {
  const causes: FieldCause[] = [];
  const { configMap, secret, hostPath, projected, downwardAPI } = volume;
  if (configMap) {
    if (!configMap.name) causes.push(required(`${at}.configMap.name`));
    causes.push(...validateMode(configMap.defaultMode, `${at}.configMap.defaultMode`));
    causes.push(...validateItems(configMap.items, `${at}.configMap.items`));
  }
  if (secret) {
    if (!secret.secretName) causes.push(required(`${at}.secret.secretName`));
    causes.push(...validateMode(secret.defaultMode, `${at}.secret.defaultMode`));
    causes.push(...validateItems(secret.items, `${at}.secret.items`));
  }
  if (hostPath) {
    if (!hostPath.path) causes.push(required(`${at}.hostPath.path`));
    else if (hostPath.path.split('/').includes('..')) {
      causes.push(invalid(`${at}.hostPath.path`, hostPath.path, "must not contain '..'"));
    }
    if (!hostPathTypes.includes(hostPath.type ?? '')) {
      causes.push(invalid(`${at}.hostPath.type`, hostPath.type, 'is no host path type'));
    }
  }
  if (downwardAPI) causes.push(...validateMode(downwardAPI.defaultMode, `${at}.downwardAPI.defaultMode`));
  if (projected) {
    causes.push(...validateMode(projected.defaultMode, `${at}.projected.defaultMode`));
    projected.sources?.forEach((source, index) => {
      causes.push(...validateProjection(source, `${at}.projected.sources[${index}]`));
    });
  }
  return causes;
}

function validateProjection(source: VolumeProjection, at: string): FieldCause[] {
  const given = Object.keys(source);
  if (given.length === 0) return [required(at, 'must specify a projection type')];
  const causes = given.slice(1).map((key) => forbidden(`${at}.${key}`, 'may not specify more than 1 volume type'));
  const { configMap, secret, serviceAccountToken } = source;
  if (configMap && !configMap.name) causes.push(required(`${at}.configMap.name`));
  if (secret && !secret.name) causes.push(required(`${at}.secret.name`));
  causes.push(...validateItems(configMap?.items, `${at}.configMap.items`));
  causes.push(...validateItems(secret?.items, `${at}.secret.items`));
  if (serviceAccountToken?.expirationSeconds !== undefined && serviceAccountToken.expirationSeconds < 600) {
    const detail = 'may not specify a duration less than 10 minutes';
    causes.push(invalid(`${at}.serviceAccountToken.expirationSeconds`, serviceAccountToken.expirationSeconds, detail));
  }
  return causes;
}

function validateItems(items: readonly KeyToPath[] | undefined, field: string): FieldCause[] {
  return (items ?? []).flatMap((item, index) => {
    const at = `${field}[${index}]`;
    return [
      ...(item.key ? [] : [required(`${at}.key`)]),
      ...(item.path ? validateRelativePath(item.path, `${at}.path`) : [required(`${at}.path`)]),
      ...validateMode(item.mode, `${at}.mode`),
    ];
  });
}

function validateMode(mode: number | undefined, field: string): FieldCause[] {
  if (mode === undefined || (mode >= 0 && mode <= 0o777)) return [];
  return [invalid(field, mode, 'must be a number between 0 and 0777 (octal), both inclusive')];
}
