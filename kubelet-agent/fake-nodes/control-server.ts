import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { rm } from 'node:fs/promises';

import { LongshoreError } from '../../lib/errors/errors.js';
import type { FakeNode } from './fake-node.js';

const actions: Record<string, (node: FakeNode, signal: AbortSignal) => Promise<void> | void> = {
  start: (node, signal) => node.start(signal),
  kill: (node) => node.kill(),
  'kill-agent': (node) => node.killAgent(),
  cut: (node) => {
    node.cut();
  },
  join: (node) => {
    node.join();
  },
};

/**
 * Lets whoever may open the socket do to single nodes what a failure would:
 * `POST /nodes/<node>/start|kill|kill-agent|cut|join`, each safe to repeat.
 * @param path of the socket, in a folder that is the owner's alone
 */
export async function serveControl(
  path: string,
  nodes: readonly FakeNode[],
  signal: AbortSignal,
): Promise<{ close(): Promise<void> }> {
  const answer = async ({ method, url = '' }: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [, name, verb = ''] = /^\/nodes\/([^/]+)\/([^/]+)$/.exec(url) ?? [];
    const node = nodes.find((candidate) => candidate.name === name);
    const action = actions[verb];
    if (method !== 'POST' || !node || !action) {
      response
        .writeHead(404)
        .end(`POST /nodes/<node>/${Object.keys(actions).join('|')}, with ${nodes.map((one) => one.name).join(', ')}\n`);
      return;
    }
    await action(node, signal);
    response.writeHead(204).end();
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((thrown: unknown) => response.writeHead(500).end(LongshoreError.from(thrown).message));
  });
  // Left by a process that was killed.
  await rm(path, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  return {
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
