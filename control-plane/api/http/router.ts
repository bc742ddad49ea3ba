import findMyWay from 'find-my-way';

import type { Call } from './call.js';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
export type Handler = (call: Call) => Promise<void> | void;

/** One path pattern (`:name` is a parameter, a trailing `*` the rest) and what each method does there. */
export interface Route {
  path: string;
  /** Served without authentication: health only. */
  anonymous?: boolean;
  methods: Partial<Record<Method, Handler>>;
}

export interface Match {
  route: Route;
  params: Readonly<Record<string, string>>;
}

/** Finds the route of a path; whether its method is served is the caller's question, so that 404 and 405 stay apart. */
export class Router {
  readonly #tree = findMyWay({ ignoreTrailingSlash: true, ignoreDuplicateSlashes: true, maxParamLength: 512 });

  constructor(routes: readonly Route[]) {
    for (const route of routes) this.#tree.on('GET', route.path, () => undefined, route);
  }

  /** @returns undefined when no route has this path, or the path is not well-formed */
  find(path: string): Match | undefined {
    const found = this.#tree.find('GET', path);
    if (!found) return undefined;
    return { route: found.store as Route, params: found.params as Record<string, string> };
  }
}
