import { LongshoreError } from '../../errors/errors.js';
import type { Pod } from '../../kubernetes/types/core-v1.js';
import type { KubeObject } from '../objects.js';
import { describeCondition, describeState, type StatusCondition } from './object-state.js';
import { computeReplicaCount } from './replica-count.js';
import { computeRollout, isOutdated, unobserved } from './rollout.js';
import { met, waiting, type Verdict } from './verdict.js';

/** What is waited for. */
export type WaitCondition =
  /** The object is gone. */
  | { type: 'deleted' }
  /** Every pod is of the newest template and available, as `kubectl rollout status` has it. */
  | { type: 'rolledOut' }
  /** A condition of its status has this value, for its newest spec. */
  | { type: 'condition'; name: string; value: string };

/**
 * Reads what is waited for: `deleted`, `rolledOut`, a condition's type such as `Ready`,
 * `Available` or `Complete`, or `condition=TYPE[=VALUE]`. Case of the words does not matter.
 * @throws LongshoreError InvalidArgument
 */
export function parseCondition(text: string): WaitCondition {
  const lower = text.toLowerCase();
  if (lower === 'deleted' || lower === 'delete') return { type: 'deleted' };
  if (lower === 'rolledout') return { type: 'rolledOut' };
  const [, name, value = 'True'] = /^(?:condition=)?([A-Za-z][\w.\-/]*)(?:=(\w+))?$/.exec(text) ?? [];
  if (name !== undefined) return { type: 'condition', name, value };
  throw new LongshoreError(
    'InvalidArgument',
    `"${text}" cannot be waited for: say deleted, rolledOut, a condition such as Ready or Available, or condition=TYPE=VALUE`,
  );
}

/** What the object's kind is waited for when nobody says: undefined for kinds that are at once what they are. */
export function settledCondition(kind: string): WaitCondition | undefined {
  const conditions: Record<string, WaitCondition> = {
    Deployment: { type: 'rolledOut' },
    DaemonSet: { type: 'rolledOut' },
    StatefulSet: { type: 'rolledOut' },
    ReplicaSet: { type: 'condition', name: 'Ready', value: 'True' },
    Pod: { type: 'condition', name: 'Ready', value: 'True' },
    Job: { type: 'condition', name: 'Complete', value: 'True' },
  };
  return conditions[kind];
}

/** How a condition is worded in messages: Ready, condition Ready=False, deleted. */
export function renderCondition(condition: WaitCondition): string {
  if (condition.type === 'deleted') return 'deleted';
  if (condition.type === 'rolledOut') return 'rolled out';
  return condition.value === 'True' ? condition.name : `${condition.name}=${condition.value}`;
}

/** Whether `object` is what is waited for; undefined: there is none. Pure. */
export function computeVerdict(condition: WaitCondition, object: KubeObject | undefined): Verdict {
  if (condition.type === 'deleted') {
    if (!object) return met('it is gone');
    const since = object.metadata.deletionTimestamp;
    const finalizers = object.metadata.finalizers ?? [];
    if (since === undefined) return waiting('it is there, and its deletion was not asked for');
    return waiting(`it is being deleted since ${since}${finalizers.length > 0 ? `; finalizers: ${finalizers.join(', ')}` : ''}`);
  }
  if (!object) return waiting('it does not exist');
  if (condition.type === 'rolledOut') {
    const verdict = computeRollout(object);
    if (verdict) return verdict;
    throw new LongshoreError('InvalidArgument', `a ${object.kind} does not roll out: wait for a condition of it, such as Ready`);
  }
  return conditionVerdict(condition.name, condition.value, object);
}

function conditionVerdict(name: string, value: string, object: KubeObject): Verdict {
  if (isOutdated(object)) return unobserved;
  const { status } = object as KubeObject & { status?: { conditions?: StatusCondition[] } };
  const found = status?.conditions?.find(({ type }) => type.toLowerCase() === name.toLowerCase());
  if (found) {
    const observed = describeState(object);
    if (found.status.toLowerCase() === value.toLowerCase()) return met(describeCondition(found));
    return {
      met: false,
      observed: `${describeCondition(found)}${observed === '' ? '' : `; ${observed}`}`,
      hopeless: isHopeless(name, value, object),
    };
  }
  const counted = value === 'True' ? (computeReplicaCount(name, object) ?? podCompletion(name, object)) : undefined;
  if (counted) return counted;
  const known = (status?.conditions ?? []).map(({ type }) => type);
  const has = known.length > 0 ? `it has ${known.join(', ')}` : 'its status has none yet';
  return { met: false, observed: `it has no condition ${name}; ${has}`, hopeless: isHopeless(name, value, object) };
}

/** A pod that has ended is not Ready again, unless somebody makes it anew; a failed Job is not Complete. */
function isHopeless(name: string, value: string, object: KubeObject): boolean {
  if (value !== 'True') return false;
  const wanted = name.toLowerCase();
  if (object.kind === 'Pod') {
    const { phase } = (object as Pod).status ?? {};
    return (
      wanted === 'ready' && (phase === 'Failed' || phase === 'Succeeded') && (object.metadata.ownerReferences ?? []).length === 0
    );
  }
  const { status } = object as KubeObject & { status?: { conditions?: StatusCondition[] } };
  return wanted === 'complete' && (status?.conditions ?? []).some(({ type, status: is }) => type === 'Failed' && is === 'True');
}

function podCompletion(name: string, object: KubeObject): Verdict | undefined {
  if (object.kind !== 'Pod' || name.toLowerCase() !== 'complete') return undefined;
  const { phase } = (object as Pod).status ?? {};
  if (phase === 'Succeeded') return met('it succeeded');
  return { ...waiting(describeState(object)), hopeless: phase === 'Failed' };
}
