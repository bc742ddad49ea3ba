import { canonicalQuantity, isQuantity } from '../../../lib/kubernetes/quantity.js';
import type { ScalarShape } from '../../../lib/kubernetes/schema/schema-table.js';
import type { Decode } from './decode-context.js';

const int32 = { min: -(2 ** 31), max: 2 ** 31 - 1 };
const int64 = { min: -(2 ** 63), max: 2 ** 63 };
const rfc3339 = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})$/;
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Enums to which Kubernetes itself, or its users, add values. */
const openEnums: ReadonlySet<string> = new Set([
  'core.v1.ResourceName',
  'core.v1.PodConditionType',
  'core.v1.NodeConditionType',
  'core.v1.NamespaceConditionType',
  'core.v1.FinalizerName',
  'core.v1.SecretType',
  'core.v1.StorageMedium',
  'apps.v1.DeploymentConditionType',
  'apps.v1.ReplicaSetConditionType',
  'coordination.v1.CoordinatedLeaseStrategy',
  'meta.v1.ManagedFieldsOperationType',
]);

/** The decoder of a leaf: checks its syntax and gives its canonical form. */
export function scalarDecoder(shape: ScalarShape): Decode {
  switch (shape.scalar) {
    case 'string':
      return shape.enum && !openEnums.has(shape.enumName ?? '') ? enumDecoder(shape.enum) : decodeString;
    case 'boolean':
      return (value, context) => (typeof value === 'boolean' ? value : context.wrongType(value, 'must be a boolean'));
    case 'int32':
      return integerDecoder('int32', int32);
    case 'int64':
      return integerDecoder('int64', int64);
    case 'number':
      return (value, context) => (typeof value === 'number' ? value : context.wrongType(value, 'must be a number'));
    case 'bytes':
      return decodeBytes;
    case 'quantity':
      return decodeQuantity;
    case 'intOrString':
      return decodeIntOrString;
    case 'time':
      return timeDecoder((epochMs) => `${new Date(epochMs).toISOString().slice(0, 19)}Z`);
    case 'microTime':
      return decodeMicroTime;
    case 'duration':
      return decodeString;
    case 'object':
      return (value, context) => context.freeForm(value);
  }
}

const decodeString: Decode = (value, context) =>
  typeof value === 'string' ? value : context.wrongType(value, 'must be a string');

/** An empty string is Go's way to say that nothing was given. */
function enumDecoder(supported: readonly string[]): Decode {
  const known = new Set([...supported, '']);
  const shown = supported.filter((item) => item !== '');
  return (value, context) => {
    if (typeof value !== 'string') return context.wrongType(value, 'must be a string');
    return known.has(value) ? value : context.unsupported(value, shown);
  };
}

function integerDecoder(type: string, range: { min: number; max: number }): Decode {
  return (value, context) => {
    if (typeof value !== 'number' || !Number.isInteger(value)) return context.wrongType(value, `must be an integer (${type})`);
    if (value < range.min || value > range.max) return context.invalid(value, `is out of the range of ${type}`);
    return value;
  };
}

const decodeIntOrString: Decode = (value, context) => {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' && Number.isInteger(value) && value >= int32.min && value <= int32.max) return value;
  return context.wrongType(value, 'must be a string or an integer (int32)');
};

const decodeBytes: Decode = (value, context) => {
  if (typeof value !== 'string') return context.wrongType(value, 'must be a base64 encoded string');
  const compact = value.replace(/[\r\n]/g, '');
  return base64.test(compact) ? compact : context.invalid(value, 'must be base64 encoded');
};

const decodeQuantity: Decode = (value, context) => {
  if (typeof value !== 'string' && typeof value !== 'number') return context.wrongType(value, 'must be a quantity');
  if (isQuantity(value)) return canonicalQuantity(value);
  return context.invalid(value, "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
};

function timeDecoder(format: (epochMs: number) => string): Decode {
  return (value, context) => {
    if (typeof value !== 'string') return context.wrongType(value, 'must be a string');
    const epochMs = rfc3339.test(value) ? Date.parse(value) : Number.NaN;
    return Number.isNaN(epochMs) ? context.invalid(value, 'must be a time as RFC 3339 writes it') : format(epochMs);
  };
}

/** JavaScript's dates end at milliseconds; the microseconds are carried over as text. */
const decodeMicroTime: Decode = (value, context) => {
  const seconds = timeDecoder((epochMs) => new Date(epochMs).toISOString().slice(0, 19))(value, context);
  if (typeof seconds !== 'string') return undefined;
  const fraction = /\.(\d+)/.exec(String(value))?.[1] ?? '';
  return `${seconds}.${fraction.slice(0, 6).padEnd(6, '0')}Z`;
};
