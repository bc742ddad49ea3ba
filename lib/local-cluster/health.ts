import { get } from 'node:http';

/** What a process' /readyz says: undefined when it is ready, otherwise why not. */
export function probeReady(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const outgoing = get({ host: '127.0.0.1', port, path: '/readyz', timeout: 1_000, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => {
        resolve(response.statusCode === 200 ? undefined : firstFailure(text));
      });
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error('no answer within 1 s')));
    outgoing.on('error', (error) => {
      resolve(error.message);
    });
  });
}

function firstFailure(text: string): string {
  return (
    text
      .split('\n')
      .find((line) => line.startsWith('[-]'))
      ?.slice(3) ?? 'not ready'
  );
}
