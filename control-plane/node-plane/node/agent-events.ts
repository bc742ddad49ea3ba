import type { RecordedEvent } from '../../../proto/gen/longshore/node/v1/node.js';
import type { KubeObject } from '../../resources/client.js';
import type { EventRecorder } from '../../resources/event-recorder.js';
import type { NodePlaneInformers } from '../informers.js';
import type { Session } from './sessions.js';

/** Where events go. Never throws; events are best effort. */
export type EventPort = Pick<EventRecorder, 'record'>;

/** Records what kubelet agents say of their node and its pods. */
export class AgentEvents {
  readonly #informers: NodePlaneInformers;
  readonly #recorder: EventPort;

  constructor(options: { informers: NodePlaneInformers; recorder: EventPort }) {
    this.#informers = options.informers;
    this.#recorder = options.recorder;
  }

  /** Events of pods that are gone, or on another node, are dropped. */
  record(session: Session, events: readonly RecordedEvent[]): void {
    for (const event of events) {
      const object = this.#objectOf(session, event);
      if (!object) continue;
      this.#recorder.record({
        object,
        type: event.type === 'Warning' ? 'Warning' : 'Normal',
        reason: event.reason,
        message: event.message,
        component: 'kubelet',
        host: session.nodeName,
        ...(event.fieldPath && { fieldPath: event.fieldPath }),
      });
    }
  }

  #objectOf(session: Session, event: RecordedEvent): KubeObject | undefined {
    if (!event.podUid) return this.#informers.nodes.get('', session.nodeName);
    const pod = this.#informers.pods.get(event.podNamespace, event.podName);
    return pod?.metadata.uid === event.podUid && pod.spec?.nodeName === session.nodeName ? pod : undefined;
  }
}
