import type { DeploymentStrategy } from '../../../lib/kubernetes/types/apps-v1.js';
import { forbidden, invalid, type FieldCause } from '../causes.js';

/** maxSurge and maxUnavailable: numbers or percentages, not both none. */
export function validateStrategy(strategy: DeploymentStrategy | undefined, field: string): FieldCause[] {
  if (!strategy?.rollingUpdate) return [];
  if (strategy.type === 'Recreate') {
    return [forbidden(`${field}.rollingUpdate`, "may not be specified when strategy `type` is 'Recreate'")];
  }
  const { maxSurge, maxUnavailable } = strategy.rollingUpdate;
  const at = `${field}.rollingUpdate`;
  const causes = [...validateShare(maxUnavailable, `${at}.maxUnavailable`), ...validateShare(maxSurge, `${at}.maxSurge`)];
  if (causes.length > 0) return causes;
  if (amount(maxUnavailable) === 0 && amount(maxSurge) === 0) {
    causes.push(invalid(`${at}.maxUnavailable`, maxUnavailable ?? 0, 'may not be 0 when `maxSurge` is 0'));
  }
  if (typeof maxUnavailable === 'string' && amount(maxUnavailable) > 100) {
    causes.push(invalid(`${at}.maxUnavailable`, maxUnavailable, 'must not be greater than 100%'));
  }
  return causes;
}

function validateShare(value: number | string | undefined, field: string): FieldCause[] {
  if (typeof value === 'number' && value < 0) return [invalid(field, value, 'must be greater than or equal to 0')];
  if (typeof value !== 'string' || /^[0-9]+%$/.test(value)) return [];
  const detail =
    "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";
  return [invalid(field, value, detail)];
}

function amount(value: number | string | undefined): number {
  return typeof value === 'string' ? Number(value.slice(0, -1)) : (value ?? 0);
}
