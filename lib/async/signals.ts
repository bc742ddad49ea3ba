import { setMaxListeners } from 'node:events';

/**
 * A controller that aborts when `parent` does. Dispose of it when the work ends, so that
 * a long-lived parent keeps no listener (AbortSignal.any leaks on Node 20, nodejs/node 54614).
 */
export function linkedController(parent: AbortSignal): AbortController & Disposable {
  const controller = new AbortController();
  // A task's parts all listen to it; that they are many is no leak.
  setMaxListeners(0, controller.signal);
  const onAbort = (): void => {
    controller.abort(parent.reason);
  };
  if (parent.aborted) onAbort();
  else parent.addEventListener('abort', onAbort, { once: true });
  return Object.assign(controller, {
    [Symbol.dispose]: () => {
      parent.removeEventListener('abort', onAbort);
    },
  });
}

/**
 * A signal that aborts as soon as one of `parents` does, with its reason. Dispose of it when
 * the work ends, as of {@link linkedController}.
 */
export function linkedSignal(...parents: AbortSignal[]): { readonly signal: AbortSignal } & Disposable {
  const controller = new AbortController();
  const listeners = parents.map((parent) => {
    const onAbort = (): void => {
      controller.abort(parent.reason);
    };
    if (parent.aborted) onAbort();
    else parent.addEventListener('abort', onAbort, { once: true });
    return () => {
      parent.removeEventListener('abort', onAbort);
    };
  });
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      for (const unlink of listeners) unlink();
    },
  };
}

/** Resolves once `signal` aborts. */
export function waitForAbort(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
