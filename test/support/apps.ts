/** Applications that the end-to-end tests run; their image is the guestbook's, for its Node. */
const image = 'longshore-example/guestbook:1';

/** A web server that answers with its pod's name, and stops as a good citizen does. */
const webProgram = `
const server = require('node:http').createServer((request, response) => response.end(process.env.POD_NAME));
server.listen(8080);
process.on('SIGTERM', () => { server.close(() => process.exit(0)); server.closeIdleConnections(); });
`;

/**
 * Asks $TARGET (a name, so DNS too) every 50 ms on a new connection and tells the score on
 * port 8081; any other path there is fetched for the caller, as seen from this pod.
 */
const visitorProgram = `
const http = require('node:http');
const score = { sent: 0, failures: [] };
const get = (url) => new Promise((resolve, reject) => {
  const request = http.get(url, { agent: false, timeout: 5000 }, (response) => {
    let body = '';
    response.on('data', (chunk) => (body += chunk)).on('end', () => response.statusCode === 200 ? resolve({ body, client: request.localAddress }) : reject(new Error('HTTP ' + response.statusCode)));
  });
  request.on('timeout', () => request.destroy(new Error('timeout'))).on('error', reject);
});
setInterval(() => {
  score.sent++;
  get(process.env.TARGET).catch((error) => score.failures.push(new Date().toISOString() + ' ' + error.message));
}, 50);
http.createServer((request, response) => {
  const url = new URL(request.url, 'http://x').searchParams.get('url');
  if (!url) return response.end(JSON.stringify(score));
  get(url).then(({ body }) => response.end(body), (error) => response.writeHead(502).end(error.message));
}).listen(8081);
`;

interface WebOptions {
  name: string;
  replicas: number;
  /** Changes the template, so that a new version rolls out. */
  version?: string;
  nodePort?: number;
}

export function makeWeb({ name, replicas, version = '1', nodePort }: WebOptions): object[] {
  return [
    makeDeployment(name, replicas, version, {
      name: 'web',
      command: ['node', '-e', webProgram],
      env: [{ name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
      ports: [{ name: 'http', containerPort: 8080 }],
      readinessProbe: { httpGet: { path: '/', port: 'http' }, periodSeconds: 1 },
      lifecycle: { preStop: { sleep: { seconds: 2 } } },
    }),
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name },
      spec: {
        type: nodePort ? 'NodePort' : 'ClusterIP',
        selector: { app: name },
        ports: [{ name: 'http', port: 80, targetPort: 'http', ...(nodePort ? { nodePort } : {}) }],
      },
    },
  ];
}

export function makeVisitors(name: string, replicas: number, target: string): object {
  return makeDeployment(name, replicas, '1', {
    name: 'visitor',
    command: ['node', '-e', visitorProgram],
    env: [{ name: 'TARGET', value: target }],
    ports: [{ containerPort: 8081 }],
    readinessProbe: { httpGet: { path: '/', port: 8081 }, periodSeconds: 1 },
  });
}

function makeDeployment(name: string, replicas: number, version: string, container: Record<string, unknown>): object {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      template: {
        metadata: { labels: { app: name }, annotations: { version } },
        spec: {
          terminationGracePeriodSeconds: 10,
          containers: [
            { image, imagePullPolicy: 'Never', resources: { requests: { cpu: '20m', memory: '32Mi' } }, ...container },
          ],
        },
      },
    },
  };
}
