import { LongshoreError } from '../../../lib/errors/errors.js';
import { type CallContext, unary } from '../../../lib/grpc/server-calls.js';
import type { AgentRole } from '../../../lib/identity/identity-file.js';
import type { Logger } from '../../../lib/log/logger.js';
import {
  AgentRole as WireRole,
  type BootstrapServiceServer,
  type IssueCertificateRequest,
  type IssueCertificateResponse,
} from '../../../proto/gen/longshore/bootstrap/v1/bootstrap.js';
import { publicKeyHash } from '../access.js';
import type { AgentCertificates } from '../agent-certificates.js';
import type { AttemptLimiter } from './attempt-limiter.js';
import type { JoinTokens } from './join-tokens.js';
import type { NodeHolder } from './node-holder.js';

const roles: Partial<Record<WireRole, AgentRole>> = {
  [WireRole.AGENT_ROLE_KUBELET]: 'kubelet',
  [WireRole.AGENT_ROLE_KUBE_PROXY]: 'kube-proxy',
};

export interface BootstrapOptions {
  tokens: JoinTokens;
  holder: NodeHolder;
  certificates: AgentCertificates;
  limiter: AttemptLimiter;
  log: Logger;
}

/** bootstrap.v1.BootstrapService: join token and certificate request in, certificate out. */
export class BootstrapService {
  readonly #options: BootstrapOptions;

  constructor(options: BootstrapOptions) {
    this.#options = options;
  }

  implementation(): BootstrapServiceServer {
    return { issueCertificate: unary((request, context) => this.#issueCertificate(request, context), this.#options.log) };
  }

  /** Nothing is told of the cluster before the token is checked; a use is taken last, by what succeeds. */
  async #issueCertificate(request: IssueCertificateRequest, context: CallContext): Promise<IssueCertificateResponse> {
    const { tokens, certificates, log } = this.#options;
    await this.#guarded(context, () => tokens.check(request.token));
    const role = roles[request.role];
    if (!role) throw new LongshoreError('InvalidArgument', 'the role must be kubelet or kube-proxy');
    if (!isNodeName(request.nodeName)) {
      throw new LongshoreError('InvalidArgument', `"${request.nodeName}" is no node name: it must be a DNS-1123 subdomain`);
    }
    const issued = await certificates.issue({ role, nodeName: request.nodeName }, request.certificateSigningRequest);
    await this.#checkNameIsFree(request.nodeName, role, publicKeyHash(issued.der));
    await this.#guarded(context, () => tokens.take(request.token));
    log.info('agent certificate issued', {
      node: request.nodeName,
      role,
      tokenId: request.token.slice(0, 6),
      peer: context.peer,
      expiresAt: new Date(issued.expiresAtMs),
    });
    return {
      certificate: issued.der,
      caCertificate: certificates.authorityDer,
      expiresAt: new Date(issued.expiresAtMs),
    };
  }

  /** Counts refusals of the token against the caller's address. */
  async #guarded(context: CallContext, attempt: () => Promise<void>): Promise<void> {
    const { limiter, log } = this.#options;
    const caller = context.peer.replace(/:\d+$/, '');
    if (!limiter.allows(caller)) {
      throw new LongshoreError('ResourceExhausted', 'too many refused join tokens from this address: try again in a few seconds');
    }
    try {
      await attempt();
    } catch (thrown) {
      const refusal = LongshoreError.from(thrown);
      if (refusal.code === 'Unauthenticated') {
        limiter.fail(caller);
        log.warn('join token refused', { peer: context.peer, reason: refusal.message });
      }
      throw thrown;
    }
  }

  async #checkNameIsFree(nodeName: string, role: AgentRole, keyHash: string): Promise<void> {
    const holder = await this.#options.holder.liveKeyOf(nodeName, role);
    if (holder === undefined || holder === keyHash) return;
    throw new LongshoreError(
      'AlreadyExists',
      role === 'kubelet'
        ? `a live node is named ${nodeName}: choose another name with --node-name, or stop that node's agent and wait until its lease has ended`
        : `a kube-proxy of node ${nodeName} is connected: choose another name with --node-name, or stop that one first`,
    );
  }
}

function isNodeName(name: string): boolean {
  return name.length <= 253 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(name);
}
