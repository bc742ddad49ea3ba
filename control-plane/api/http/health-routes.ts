import type { Handler, Route } from './router.js';

/** A named condition of health: undefined when it holds, otherwise why it does not. */
export interface ApiHealthCheck {
  readonly name: string;
  readonly check: () => string | undefined;
}

/** /healthz, /livez and /readyz: the only paths that anyone may read. */
export function healthRoutes(checks: readonly ApiHealthCheck[]): Route[] {
  const handler =
    (title: string, wanted: readonly ApiHealthCheck[]): Handler =>
    ({ query, response }) => {
      const results = wanted.map(({ name, check }) => ({ name, problem: check() }));
      const failed = results.filter(({ problem }) => problem !== undefined);
      const lines = results.map(({ name, problem }) =>
        problem === undefined ? `[+]${name} ok` : `[-]${name} failed: ${problem}`,
      );
      const verdict = `${title} check ${failed.length > 0 ? 'failed' : 'passed'}`;
      const text = failed.length > 0 || query.has('verbose') ? `${[...lines, verdict].join('\n')}\n` : 'ok';
      response.writeHead(failed.length > 0 ? 500 : 200, {
        'content-type': 'text/plain; charset=utf-8',
        'cache-control': 'no-cache, private',
        'x-content-type-options': 'nosniff',
      });
      response.end(text);
    };
  const alive: readonly ApiHealthCheck[] = [{ name: 'ping', check: () => undefined }];
  return [
    { path: '/healthz', anonymous: true, methods: { GET: handler('healthz', alive) } },
    { path: '/livez', anonymous: true, methods: { GET: handler('livez', alive) } },
    { path: '/readyz', anonymous: true, methods: { GET: handler('readyz', [...alive, ...checks]) } },
  ];
}
