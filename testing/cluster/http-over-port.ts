import { request } from 'node:http';
import { text } from 'node:stream/consumers';

import type { ApiAccess } from '../../lib/kubernetes-client/access.js';
import { openPort } from '../../lib/kubernetes-client/streams/open-port.js';

export interface HttpAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** One HTTP request over a connection into a pod. @throws LongshoreError when there is none */
export async function httpOverPort(
  access: ApiAccess,
  options: {
    namespace: string;
    pod: string;
    port: number;
    path: string;
    method?: string;
    headers?: Record<string, string>;
    body?: string;
  },
  signal?: AbortSignal,
): Promise<HttpAnswer> {
  const { namespace, pod, port, path, method = 'GET', headers = {}, body } = options;
  const connection = await openPort(access, { namespace, pod, port }, signal);
  try {
    return await new Promise<HttpAnswer>((resolve, reject) => {
      connection.once('error', reject);
      const outgoing = request(
        {
          createConnection: () => connection,
          ...{ method, path, host: 'localhost', port },
          headers: { ...headers, connection: 'close' },
          ...(signal && { signal }),
        },
        (response) => {
          text(response).then(
            (answer) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: answer }),
            reject,
          );
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  } finally {
    connection.destroy();
  }
}
