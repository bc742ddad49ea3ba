import type { LifecycleHandler, Probe } from '../../../lib/kubernetes/types/core-v1.js';
import { forbidden, invalid, required, type FieldCause } from '../causes.js';
import { nameProblem } from '../validation/names.js';
import { validateNonNegative, validatePort, validatePositive } from '../validation/numbers.js';

type Handler = Pick<Probe, 'exec' | 'httpGet' | 'tcpSocket' | 'grpc'> & Pick<LifecycleHandler, 'sleep'>;

export function validateProbe(probe: Probe | undefined, field: string): FieldCause[] {
  if (!probe) return [];
  return [
    ...validateHandler(probe, field, 'probe'),
    ...validateNonNegative(probe.initialDelaySeconds, `${field}.initialDelaySeconds`),
    ...validatePositive(probe.timeoutSeconds, `${field}.timeoutSeconds`),
    ...validatePositive(probe.periodSeconds, `${field}.periodSeconds`),
    ...validatePositive(probe.successThreshold, `${field}.successThreshold`),
    ...validatePositive(probe.failureThreshold, `${field}.failureThreshold`),
  ];
}

/** Liveness and startup probes: one success is enough, by definition. */
export function validateLiveness(probe: Probe | undefined, field: string): FieldCause[] {
  const causes = validateProbe(probe, field);
  if (probe?.successThreshold !== undefined && probe.successThreshold > 1) {
    causes.push(invalid(`${field}.successThreshold`, probe.successThreshold, 'must be 1'));
  }
  return causes;
}

/** Exactly one handler, and that one complete. */
export function validateHandler(handler: Handler | undefined, field: string, use: 'probe' | 'lifecycle'): FieldCause[] {
  if (!handler) return [];
  const kinds = (['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'] as const).filter((kind) => handler[kind] !== undefined);
  if (kinds.length === 0) return [required(field, 'must specify a handler type')];
  const causes = kinds.slice(1).map((kind) => forbidden(`${field}.${kind}`, 'may not specify more than 1 handler type'));
  if (handler.exec && !handler.exec.command?.length) causes.push(required(`${field}.exec.command`));
  if (handler.httpGet) causes.push(...validateTargetPort(handler.httpGet.port, `${field}.httpGet.port`));
  if (handler.tcpSocket) causes.push(...validateTargetPort(handler.tcpSocket.port, `${field}.tcpSocket.port`));
  if (handler.grpc && use === 'probe') causes.push(...validatePort(handler.grpc.port, `${field}.grpc.port`));
  return causes;
}

/** A number, or the name of a container's port. */
export function validateTargetPort(port: number | string | undefined, field: string): FieldCause[] {
  if (typeof port !== 'string') return validatePort(port, field);
  const problem = nameProblem(port, 'portName');
  return problem === undefined ? [] : [invalid(field, port, problem)];
}
