import { compareQuantities } from '../../../lib/kubernetes/quantity.js';
import type {
  Container,
  ContainerPort,
  EnvVar,
  ResourceRequirements,
  VolumeMount,
} from '../../../lib/kubernetes/types/core-v1.js';
import { duplicate, forbidden, invalid, notFoundValue, required, type FieldCause } from '../causes.js';
import { validateName } from '../validation/object-meta.js';
import { nameProblem } from '../validation/names.js';
import { validateNonNegative, validatePort } from '../validation/numbers.js';
import { validateHandler, validateLiveness, validateProbe } from './probe-validation.js';

/** @param field path of the container: spec.containers[0] */
export function validateContainer(
  container: Container,
  field: string,
  context: { volumes: ReadonlySet<string>; hostNetwork: boolean; init: boolean },
): FieldCause[] {
  const sidecar = context.init && container.restartPolicy === 'Always';
  const probed = !context.init || sidecar;
  return [
    ...validateName(container.name, 'label', `${field}.name`),
    ...validateImage(container.image, `${field}.image`),
    ...validatePorts(container.ports ?? [], `${field}.ports`, context.hostNetwork),
    ...validateEnvironment(container, field),
    ...validateMounts(container.volumeMounts ?? [], `${field}.volumeMounts`, context.volumes),
    ...validateResources(container.resources, `${field}.resources`),
    ...validateContainerSecurity(container, `${field}.securityContext`),
    ...(probed ? [] : forbiddenProbes(container, field)),
    ...validateLiveness(container.livenessProbe, `${field}.livenessProbe`),
    ...validateProbe(container.readinessProbe, `${field}.readinessProbe`),
    ...validateLiveness(container.startupProbe, `${field}.startupProbe`),
    ...validateHandler(container.lifecycle?.postStart, `${field}.lifecycle.postStart`, 'lifecycle'),
    ...validateHandler(container.lifecycle?.preStop, `${field}.lifecycle.preStop`, 'lifecycle'),
    ...(context.init ? [] : forbiddenRestartPolicy(container, field)),
  ];
}

function validateImage(image: string | undefined, field: string): FieldCause[] {
  if (!image) return [required(field)];
  return image === image.trim() ? [] : [invalid(field, image, 'must not have leading or trailing whitespace')];
}

function validatePorts(ports: readonly ContainerPort[], field: string, hostNetwork: boolean): FieldCause[] {
  const names = new Set<string>();
  return ports.flatMap((port, index) => {
    const at = `${field}[${index}]`;
    const causes = validatePort(port.containerPort, `${at}.containerPort`);
    if (port.hostPort) causes.push(...validatePort(port.hostPort, `${at}.hostPort`));
    if (hostNetwork && port.hostPort && port.hostPort !== port.containerPort) {
      causes.push(invalid(`${at}.hostPort`, port.hostPort, 'must match `containerPort` when `hostNetwork` is true'));
    }
    if (port.name) {
      const problem = nameProblem(port.name, 'portName');
      if (problem !== undefined) causes.push(invalid(`${at}.name`, port.name, problem));
      else if (names.has(port.name)) causes.push(duplicate(`${at}.name`, port.name));
      names.add(port.name);
    }
    return causes;
  });
}

function validateEnvironment(container: Container, field: string): FieldCause[] {
  const sources = container.envFrom ?? [];
  return [
    ...(container.env ?? []).flatMap((variable, index) => validateVariable(variable, `${field}.env[${index}]`)),
    ...sources.flatMap((source, index) => {
      const at = `${field}.envFrom[${index}]`;
      if (source.configMapRef && source.secretRef)
        return [invalid(at, '', 'may not have more than one field specified at a time')];
      if (source.configMapRef) return validateName(source.configMapRef.name, 'subdomain', `${at}.configMapRef.name`);
      if (source.secretRef) return validateName(source.secretRef.name, 'subdomain', `${at}.secretRef.name`);
      return [invalid(at, '', 'must specify one of: `configMapRef` or `secretRef`')];
    }),
  ];
}

function validateVariable(variable: EnvVar, field: string): FieldCause[] {
  const causes: FieldCause[] = [];
  if (!variable.name) causes.push(required(`${field}.name`));
  else if (!/^[ -<>-~]+$/.test(variable.name)) {
    const detail = "a valid environment variable name must consist only of printable ASCII characters other than '='";
    causes.push(invalid(`${field}.name`, variable.name, detail));
  }
  if (!variable.valueFrom) return causes;
  const count = Object.keys(variable.valueFrom).length;
  const at = `${field}.valueFrom`;
  if (count === 0) {
    const detail = 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`';
    causes.push(invalid(at, '', detail));
  }
  if (count > 1) causes.push(invalid(at, '', 'may not have more than one field specified at a time'));
  if (variable.value) causes.push(invalid(at, '', 'may not be specified when `value` is not empty'));
  const { configMapKeyRef, secretKeyRef } = variable.valueFrom;
  if (configMapKeyRef && !configMapKeyRef.name) causes.push(required(`${at}.configMapKeyRef.name`));
  if (secretKeyRef && !secretKeyRef.name) causes.push(required(`${at}.secretKeyRef.name`));
  return causes;
}

function validateMounts(mounts: readonly VolumeMount[], field: string, volumes: ReadonlySet<string>): FieldCause[] {
  const paths = new Set<string>();
  return mounts.flatMap((mount, index) => {
    const at = `${field}[${index}]`;
    const causes: FieldCause[] = [];
    if (!mount.name) causes.push(required(`${at}.name`));
    else if (!volumes.has(mount.name)) causes.push(notFoundValue(`${at}.name`, mount.name));
    if (!mount.mountPath) causes.push(required(`${at}.mountPath`));
    else if (paths.has(mount.mountPath)) causes.push(invalid(`${at}.mountPath`, mount.mountPath, 'must be unique'));
    paths.add(mount.mountPath);
    if (mount.subPath) causes.push(...validateRelativePath(mount.subPath, `${at}.subPath`));
    if (mount.subPath && mount.subPathExpr) {
      causes.push(invalid(`${at}.subPathExpr`, mount.subPathExpr, 'subPathExpr and subPath are mutually exclusive'));
    }
    return causes;
  });
}

/** A path below some directory, with no way out of it. */
export function validateRelativePath(path: string, field: string): FieldCause[] {
  if (path.startsWith('/')) return [invalid(field, path, 'must be a relative path')];
  return path.split('/').includes('..') ? [invalid(field, path, "must not contain '..'")] : [];
}

function validateResources(resources: ResourceRequirements | undefined, field: string): FieldCause[] {
  const { requests = {}, limits = {} } = resources ?? {};
  const negative = (amounts: Record<string, string>, at: string): FieldCause[] =>
    Object.entries(amounts)
      .filter(([, amount]) => amount.startsWith('-'))
      .map(([name, amount]) => invalid(`${at}[${name}]`, amount, 'must be greater than or equal to 0'));
  const above = Object.entries(requests).flatMap(([name, request]) => {
    const limit = limits[name];
    if (limit === undefined || compareQuantities(request, limit) <= 0) return [];
    return [invalid(`${field}.requests`, request, `must be less than or equal to ${name} limit of ${limit}`)];
  });
  return [...negative(limits, `${field}.limits`), ...negative(requests, `${field}.requests`), ...above];
}

function validateContainerSecurity({ securityContext }: Container, field: string): FieldCause[] {
  if (!securityContext) return [];
  const causes = [
    ...validateNonNegative(securityContext.runAsUser, `${field}.runAsUser`),
    ...validateNonNegative(securityContext.runAsGroup, `${field}.runAsGroup`),
  ];
  if (securityContext.allowPrivilegeEscalation === false && securityContext.privileged === true) {
    const detail = 'cannot set `allowPrivilegeEscalation` to false and `privileged` to true';
    causes.push(invalid(field, securityContext, detail));
  }
  return causes;
}

function forbiddenProbes(container: Container, field: string): FieldCause[] {
  const detail = 'may not be set for init containers without restartPolicy=Always';
  return (['livenessProbe', 'readinessProbe', 'startupProbe', 'lifecycle'] as const)
    .filter((name) => container[name] !== undefined)
    .map((name) => forbidden(`${field}.${name}`, detail));
}

function forbiddenRestartPolicy(container: Container, field: string): FieldCause[] {
  return container.restartPolicy ? [forbidden(`${field}.restartPolicy`, 'may not be set for non-init containers')] : [];
}
