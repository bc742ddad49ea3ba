import { request } from 'node:http';

import { LongshoreError } from '../errors/errors.js';
import type { NodeFaults } from './node-faults.js';

/**
 * A node of the process that hosts the nodes of a fake cluster, which is asked by its socket.
 * A node that is paused or cut off looks the same from outside: neither side hears the other.
 */
export class FakeNodeFaults implements NodeFaults {
  readonly #socket: string;
  readonly #node: string;

  constructor(options: { socket: string; node: string }) {
    this.#socket = options.socket;
    this.#node = options.node;
  }

  kill = (): Promise<void> => this.#ask('kill');
  start = (): Promise<void> => this.#ask('start');
  pause = (): Promise<void> => this.#ask('cut');
  resume = (): Promise<void> => this.#ask('join');
  partition = (): Promise<void> => this.#ask('cut');
  heal = (): Promise<void> => this.#ask('join');
  killKubeletAgent = (): Promise<void> => this.#ask('kill-agent');

  killKubeProxy(): Promise<void> {
    return Promise.reject(new LongshoreError('FailedPrecondition', 'fake nodes have no kube-proxy: use runtime docker'));
  }

  #ask(verb: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const outgoing = request({ socketPath: this.#socket, path: `/nodes/${this.#node}/${verb}`, method: 'POST' }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('end', () => {
          if (response.statusCode === 204) resolve();
          else reject(new LongshoreError('Internal', `${this.#node} could not ${verb}: ${text.trim()}`));
        });
      });
      outgoing.on('error', (error) => {
        reject(LongshoreError.from(error, 'Unavailable'));
      });
      outgoing.end();
    });
  }
}
