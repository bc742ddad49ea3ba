import { authenticatedGroup, mastersGroup, type UserInfo } from '../authentication/user-info.js';
import type { Attributes, Authorizer, Decision, RuleSet } from './authorizer.js';

/** Paths that everyone who is authenticated may read: Kubernetes' system:discovery. */
const discoveryPaths = [
  '/api',
  '/api/*',
  '/apis',
  '/apis/*',
  '/healthz',
  '/livez',
  '/readyz',
  '/openapi',
  '/openapi/*',
  '/version',
  '/version/',
];

/** Questions about oneself: Kubernetes' system:basic-user. */
const selfReviews = [
  { group: 'authorization.k8s.io', resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'] },
  { group: 'authentication.k8s.io', resources: ['selfsubjectreviews'] },
];

/**
 * The rights that hold before any role is granted: members of system:masters may do
 * everything, everyone authenticated may read discovery and ask about themselves.
 */
export class BuiltInAuthorizer implements Authorizer {
  authorize(attributes: Attributes): Promise<Decision> {
    return Promise.resolve({ allowed: isAllowed(attributes) });
  }

  rulesFor(user: UserInfo): Promise<RuleSet> {
    const masters = user.groups.includes(mastersGroup);
    return Promise.resolve({
      resourceRules: [
        ...(masters ? [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }] : []),
        ...selfReviews.map(({ group, resources }) => ({ verbs: ['create'], apiGroups: [group], resources })),
      ],
      nonResourceRules: [
        ...(masters ? [{ verbs: ['*'], nonResourceURLs: ['*'] }] : []),
        { verbs: ['get'], nonResourceURLs: discoveryPaths },
      ],
      incomplete: false,
    });
  }
}

function isAllowed({ user, verb, path, resource }: Attributes): boolean {
  if (user.groups.includes(mastersGroup)) return true;
  if (!user.groups.includes(authenticatedGroup)) return false;
  if (!resource) return verb === 'get' && discoveryPaths.some((pattern) => matches(pattern, path));
  return (
    verb === 'create' &&
    selfReviews.some(({ group, resources }) => group === resource.group && resources.includes(resource.resource))
  );
}

function matches(pattern: string, path: string): boolean {
  return pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : path === pattern;
}
