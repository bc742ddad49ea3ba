import type { UserInfo } from '../authentication/user-info.js';
import type { RequestInfo, ResourceTarget } from '../http/request-info.js';
import { StatusError } from '../status.js';

/** A question for the authorizer: may this user do this? */
export interface Attributes {
  readonly user: UserInfo;
  readonly verb: string;
  readonly path: string;
  readonly resource?: ResourceTarget;
}

export interface Decision {
  readonly allowed: boolean;
  /** Why, when there is something to say. */
  readonly reason?: string;
}

/** What a user may do in a namespace, as SelfSubjectRulesReview tells it. */
export interface RuleSet {
  resourceRules: { verbs: string[]; apiGroups: string[]; resources: string[]; resourceNames?: string[] }[];
  nonResourceRules: { verbs: string[]; nonResourceURLs: string[] }[];
  /** More may be allowed than is listed. */
  incomplete: boolean;
}

/** Decides who may do what. Called for every request but those to anonymous routes. */
export interface Authorizer {
  authorize(attributes: Attributes): Promise<Decision>;
  rulesFor(user: UserInfo, namespace: string): Promise<RuleSet>;
}

/** @throws StatusError 403 with Kubernetes' words when the answer is no */
export async function requireAllowed(authorizer: Authorizer, user: UserInfo, info: RequestInfo): Promise<void> {
  const decision = await authorizer.authorize({ user, ...info });
  if (!decision.allowed) throw forbidden({ user, ...info }, decision.reason);
}

export function forbidden(attributes: Attributes, reason?: string): StatusError {
  const tail = reason ? `: ${reason}` : '';
  const { user, verb, path, resource } = attributes;
  if (!resource) {
    return new StatusError(403, 'Forbidden', `forbidden: User "${user.username}" cannot ${verb} path "${path}"${tail}`, {
      details: {},
    });
  }
  const { group, name, namespace } = resource;
  const what = resource.subresource ? `${resource.resource}/${resource.subresource}` : resource.resource;
  const qualified = group ? `${resource.resource}.${group}` : resource.resource;
  const scope = namespace ? `in the namespace "${namespace}"` : 'at the cluster scope';
  const subject = name ? `${qualified} "${name}"` : qualified;
  return new StatusError(
    403,
    'Forbidden',
    `${subject} is forbidden: User "${user.username}" cannot ${verb} resource "${what}" in API group "${group}" ${scope}${tail}`,
    { details: { ...(name ? { name } : {}), ...(group ? { group } : {}), kind: resource.resource } },
  );
}
