/** Answers on port 8080 with its pod's name and the address of who asked. */
const server = `
mkdir -p /tmp/www/cgi-bin
cat > /tmp/www/cgi-bin/who <<'END'
#!/bin/sh
echo 'Content-Type: text/plain'
echo
echo "$HOSTNAME asked by $(echo $REMOTE_ADDR | tr -d []:f)"
END
chmod 755 /tmp/www/cgi-bin/who
echo listening
exec httpd -f -p 8080 -h /tmp/www
`;

/** What a pod runs to ask the server at an address, so many times; a line for each answer. */
export function askCommand(address: string, times = 1): string[] {
  const once = `printf 'GET /cgi-bin/who HTTP/1.0\\r\\n\\r\\n' | nc -w 5 ${address} 8080 | tail -n 1`;
  return ['sh', '-c', `for try in $(seq ${times}); do ${once}; done`];
}

const networkUnavailable = { key: 'node.kubernetes.io/network-unavailable', operator: 'Exists', effect: 'NoSchedule' };

/** Pods on the nodes of one segment; those at home, behind NAT, say that nobody there has to reach them. */
export function makeDeployment(name: string, options: { image: string; replicas: number; segment: string }): object {
  const { image, replicas, segment } = options;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: {
          nodeSelector: { segment },
          ...(segment === 'home' && { tolerations: [networkUnavailable] }),
          terminationGracePeriodSeconds: 1,
          containers: [
            {
              name: 'main',
              image,
              imagePullPolicy: 'Never',
              command: ['sh', '-c', server],
              readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 },
            },
          ],
        },
      },
    },
  };
}

export function makeService(name: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec: { selector: { app: name }, ports: [{ port: 8080 }] },
  };
}
