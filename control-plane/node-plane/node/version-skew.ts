import { longshoreVersionOf } from '../../../lib/version/node-version.js';

/**
 * Pure: what is wrong with a node of another version than the control plane's. Agents may be
 * of the same minor version or of the one before: the control plane is upgraded first.
 * @param nodeVersion as the node reports it; nothing is said of one that does not tell Longshore's
 */
export function versionSkew(controlPlane: string, nodeVersion: string): string | undefined {
  const agent = longshoreVersionOf(nodeVersion);
  if (agent === undefined) return undefined;
  const [own, other] = [minorOf(controlPlane), minorOf(agent)];
  const versions = `agents of ${agent}, control plane of ${controlPlane}`;
  if (other > own) return `${versions}: agents must not be newer; upgrade the control plane first`;
  if (other < own - 1) return `${versions}: agents may be one minor version behind; upgrade the node`;
  return undefined;
}

/** Grows by one with each minor version, and by more with a major one. */
function minorOf(version: string): number {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major * 1_000 + minor;
}
