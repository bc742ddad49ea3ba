import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { debianKubectl, kubectlOnPath, kubectlWith, type Kubectl } from './kubectl.js';
import { startTestApi, type TestApi, type TestApiOptions } from './test-api.js';

export interface KubectlSuite {
  readonly api: TestApi;
  readonly kubectl: Kubectl;
}

const clients: { name: string; modern: boolean; binary: () => Promise<string> }[] = [
  { name: 'the kubectl on PATH', modern: true, binary: async () => kubectlOnPath },
  { name: "Debian's kubectl", modern: false, binary: debianKubectl },
];

/**
 * The same tests for every kubectl, each on an API of its own, with nothing but KUBECONFIG.
 * @param tests gets what to call inside a test, and whether the client is a recent one
 */
export function describeWithKubectl(
  title: string,
  options: TestApiOptions & { afterStart?: (api: TestApi) => Promise<void>; beforeClose?: () => Promise<void> },
  tests: (suite: () => KubectlSuite, modern: boolean) => void,
): void {
  const { afterStart, beforeClose, ...apiOptions } = options;
  for (const client of clients) {
    describe(`${title}, with ${client.name}`, function () {
      this.timeout(60_000);
      let suite: KubectlSuite;
      let home: string;

      before(async function () {
        this.timeout(180_000);
        home = await mkdtemp(join(tmpdir(), 'longshore-kubectl-home-'));
        const binary = await client.binary();
        const api = await startTestApi(apiOptions);
        await afterStart?.(api);
        const kubeconfig = await api.kubeconfig();
        suite = { api, kubectl: kubectlWith({ binary, kubeconfig, home }) };
      });
      after(async () => {
        await beforeClose?.();
        await suite.api.close();
        await rm(home, { recursive: true, force: true });
      });

      tests(() => suite, client.modern);
    });
  }
}
