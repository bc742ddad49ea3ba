/**
 * A controller that aborts when `parent` does. Dispose of it when the work ends, so that
 * a long-lived parent keeps no listener (AbortSignal.any leaks on Node 20, nodejs/node 54614).
 */
export function linkedController(parent: AbortSignal): AbortController & Disposable {
  const controller = new AbortController();
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
