/** Something that happened to a pod, as `kubectl describe` shows it. */
export interface PodEvent {
  pod: { namespace: string; name: string; uid: string };
  /** For example "spec.containers{web}"; empty: the pod itself. */
  fieldPath?: string;
  type: 'Normal' | 'Warning';
  /** CamelCase, Kubernetes' own where it has one. */
  reason: string;
  message: string;
}

/** Never blocks and never fails: events are best effort. */
export interface EventRecorder {
  record(event: PodEvent): void;
}
