import type { PodAssignment, Container } from '../../proto/gen/longshore/node/v1/pod.js';

/**
 * Puts images on the node. Pulls of one reference are shared between pods; failures back
 * off per reference (10 s doubling to 5 min), as Kubernetes does.
 */
export interface ImageManager {
  /**
   * Whether `container` may start now, by its imagePullPolicy; begins or joins a pull when
   * one is needed. Does not wait for the pull: `onChange` tells when to ask again.
   */
  ensure(assignment: PodAssignment, container: Container): Promise<ImageState>;
  /** Called when the state of a pod's image may have changed. */
  onChange(handler: (podUid: string) => void): void;
}

export type ImageState =
  | { state: 'present'; imageId: string; user: string }
  | { state: 'pulling' }
  /** reason is Kubernetes' word: ErrImagePull, ImagePullBackOff, ErrImageNeverPull, InvalidImageName. */
  | { state: 'failed'; reason: string; message: string; retryAtMs: number };
