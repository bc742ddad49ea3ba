/** Made by ensureTestImage. */
const image = 'longshore-test/busybox:1';

/** Serves its own name on port 8080 and ends at once when it is told to. */
const serve = 'echo "$HOSTNAME" > /tmp/index.html; exec httpd -f -p 8080 -h /tmp';

type Fields = Record<string, unknown>;

/** A container that runs a line of shell. */
export function shell(name: string, command: string, fields: Fields = {}): Fields {
  return { name, image, imagePullPolicy: 'Never', command: ['sh', '-c', command], ...fields };
}

export function pod(name: string, containers: Fields[], spec: Fields = {}): Fields {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { app: name } },
    spec: { terminationGracePeriodSeconds: 1, containers, ...spec },
  };
}

/** A pod that runs until it is deleted. */
export function sleeper(name: string, spec: Fields = {}): Fields {
  return pod(name, [shell('main', 'exec sleep 3600')], spec);
}

export function deployment(name: string, options: { replicas?: number; env?: string } = {}): Fields {
  const { replicas = 2, env = 'one' } = options;
  const container = shell('web', serve, {
    env: [{ name: 'VERSION', value: env }],
    ports: [{ name: 'http', containerPort: 8080 }],
    readinessProbe: { httpGet: { path: '/', port: 'http' }, periodSeconds: 1 },
    resources: { requests: { cpu: '10m', memory: '8Mi' } },
  });
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { terminationGracePeriodSeconds: 1, containers: [container] },
      },
    },
  };
}

export function service(name: string): Fields {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec: { selector: { app: name }, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
  };
}

export function configMap(name: string, data: Record<string, string>): Fields {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data };
}
