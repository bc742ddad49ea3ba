import { LongshoreError } from '../../../lib/errors/errors.js';
import type { CreateServiceAccountTokenRequest } from '../../../proto/gen/longshore/node/v1/node.js';
import type { ServiceAccountTokens } from '../../pki/service-account-tokens.js';
import type { NodePlaneClients, NodePlaneInformers } from '../informers.js';
import type { Session } from './sessions.js';

const defaultSeconds = 3_600;
const shortestSeconds = 600;
/** As Kubernetes bounds it: a longer wish gets this. */
const longestSeconds = 365 * 86_400;

/** Tokens of service accounts for pods, bound to the pod, for the node that runs it. */
export class PodTokens {
  readonly #informers: NodePlaneInformers;
  readonly #clients: NodePlaneClients;
  readonly #tokens: ServiceAccountTokens;

  constructor(options: { informers: NodePlaneInformers; clients: NodePlaneClients; tokens: ServiceAccountTokens }) {
    this.#informers = options.informers;
    this.#clients = options.clients;
    this.#tokens = options.tokens;
  }

  /** @throws LongshoreError NotFound (pod or service account), PermissionDenied (pod of another node), InvalidArgument */
  async create(session: Session, request: CreateServiceAccountTokenRequest): Promise<{ token: string; expiresAtMs: number }> {
    const seconds = request.expirationSeconds || defaultSeconds;
    if (seconds < shortestSeconds) {
      throw new LongshoreError('InvalidArgument', `a token must live ${shortestSeconds} s at least`);
    }
    const [pod] = this.#informers.pods.byIndex('uid', request.podUid);
    if (!pod) throw new LongshoreError('NotFound', `there is no pod with uid ${request.podUid}`);
    if (pod.spec?.nodeName !== session.nodeName) {
      throw new LongshoreError('PermissionDenied', `pod ${request.podUid} is not on node ${session.nodeName}`);
    }
    const { namespace = '', name: podName, uid: podUid = '' } = pod.metadata;
    const name = pod.spec.serviceAccountName ?? 'default';
    const account = await this.#clients.serviceAccounts.get(namespace, name);
    if (!account) throw new LongshoreError('NotFound', `service account ${namespace}/${name} does not exist`);
    return this.#tokens.issue({
      namespace,
      serviceAccount: { name, uid: account.metadata.uid ?? '' },
      pod: { name: podName, uid: podUid },
      node: { name: session.nodeName, uid: session.nodeUid },
      audiences: request.audiences,
      expirationSeconds: Math.min(seconds, longestSeconds),
    });
  }
}
