import type { Container, EnvVar, Lifecycle, Probe } from '../../../lib/kubernetes/types/core-v1.js';

/** Fills in what a container of a pod or template leaves out. Changes `container`. */
export function defaultContainer(container: Container, hostNetwork: boolean): void {
  container.resources ??= {};
  container.terminationMessagePath ||= '/dev/termination-log';
  container.terminationMessagePolicy ||= 'File';
  container.imagePullPolicy ||= pullPolicyOf(container.image ?? '');
  for (const port of container.ports ?? []) {
    port.protocol ||= 'TCP';
    if (hostNetwork) port.hostPort ||= port.containerPort;
    if (!port.hostPort) delete port.hostPort;
  }
  for (const variable of container.env ?? []) defaultVariable(variable);
  for (const probe of [container.livenessProbe, container.readinessProbe, container.startupProbe]) {
    if (probe) defaultProbe(probe);
  }
  if (container.lifecycle) defaultLifecycle(container.lifecycle);
}

/** `latest` moves, so it is pulled always; any other tag, or a digest, is pulled once. */
export function pullPolicyOf(image: string): 'Always' | 'IfNotPresent' {
  if (image.includes('@')) return 'IfNotPresent';
  const tag = /:([^/:]+)$/.exec(image)?.[1] ?? 'latest';
  return tag === 'latest' ? 'Always' : 'IfNotPresent';
}

function defaultVariable(variable: EnvVar): void {
  const field = variable.valueFrom?.fieldRef;
  if (field) field.apiVersion ||= 'v1';
  const resource = variable.valueFrom?.resourceFieldRef;
  if (resource) resource.divisor ??= '0';
}

/** Zero counts as left out: Go clients send it for that. */
function defaultProbe(probe: Probe): void {
  probe.timeoutSeconds ||= 1;
  probe.periodSeconds ||= 10;
  probe.successThreshold ||= 1;
  probe.failureThreshold ||= 3;
  if (!probe.initialDelaySeconds) delete probe.initialDelaySeconds;
  if (probe.grpc) probe.grpc.service ??= '';
  defaultHttpGet(probe.httpGet);
}

function defaultLifecycle(lifecycle: Lifecycle): void {
  defaultHttpGet(lifecycle.postStart?.httpGet);
  defaultHttpGet(lifecycle.preStop?.httpGet);
}

function defaultHttpGet(action: Probe['httpGet']): void {
  if (!action) return;
  action.path ||= '/';
  action.scheme ||= 'HTTP';
}
