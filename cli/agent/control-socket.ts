import { chmod, rm } from 'node:fs/promises';
import { createServer, request, type Server } from 'node:http';
import { join } from 'node:path';

import { LongshoreError } from '../../lib/errors/errors.js';

/** Longer than a child may take to end. */
const answerWithinMs = 30_000;

/** Where the agent of a machine takes orders; only its own user may connect. */
export function controlSocketPath(stateDir: string): string {
  return join(stateDir, 'agent.sock');
}

/**
 * Takes orders to restart a child. The caller has claimed the state directory, so a socket
 * that is there already is left over.
 * @param restart by the child's name; its throws are answered
 */
export async function serveControlSocket(stateDir: string, restart: (child: string) => Promise<string>): Promise<Server> {
  const path = controlSocketPath(stateDir);
  await rm(path, { force: true });
  const server = createServer((incoming, response) => {
    const [, child = ''] = /^\/restart\/([-a-z]+)$/.exec(incoming.url ?? '') ?? [];
    restart(child).then(
      (text) => response.end(text),
      (thrown: unknown) => {
        const error = LongshoreError.from(thrown);
        response.writeHead(error.httpStatus).end(error.message);
      },
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  await chmod(path, 0o600);
  return server;
}

/**
 * Has the agent of `stateDir` restart a child.
 * @returns what was done, for people
 * @throws LongshoreError Unavailable when no agent runs there, InvalidArgument when it has no such child
 */
export function requestRestart(stateDir: string, child: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { socketPath: controlSocketPath(stateDir), path: `/restart/${child}`, method: 'POST', timeout: answerWithinMs },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('end', () => {
          if (response.statusCode === 200) resolve(text);
          else reject(new LongshoreError('InvalidArgument', text));
        });
      },
    );
    outgoing.on('timeout', () => outgoing.destroy(new Error('no answer within 30 s')));
    outgoing.on('error', (cause) => {
      const message = `no longshore agent answers in ${stateDir} (${cause.message}): is --state-dir right, and does it run?`;
      reject(new LongshoreError('Unavailable', message, { cause }));
    });
    outgoing.end();
  });
}
