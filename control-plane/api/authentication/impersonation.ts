import type { IncomingHttpHeaders } from 'node:http';

import { forbidden, type Authorizer } from '../authorization/authorizer.js';
import type { RequestInfo } from '../http/request-info.js';
import { badRequest } from '../status.js';
import { authenticated, type UserInfo } from './user-info.js';

/**
 * The user that the Impersonate-* headers ask to act as (kubectl --as), or `user` without them.
 * @throws StatusError 403 when `user` may not act as that user or one of those groups
 */
export async function impersonate(user: UserInfo, headers: IncomingHttpHeaders, authorizer: Authorizer): Promise<UserInfo> {
  const [username] = valuesOf(headers['impersonate-user']);
  const groups = valuesOf(headers['impersonate-group']);
  if (!username) {
    if (groups.length > 0) throw badRequest('requested groups without impersonating a user');
    return user;
  }
  const asked = [['users', username] as const, ...groups.map((group) => ['groups', group] as const)];
  for (const [resource, name] of asked) {
    const info: RequestInfo = {
      path: '',
      verb: 'impersonate',
      resource: { group: '', version: 'v1', resource, subresource: '', namespace: '', name, subpath: '' },
    };
    const decision = await authorizer.authorize({ user, ...info });
    if (!decision.allowed) throw forbidden({ user, ...info }, decision.reason);
  }
  return authenticated({ username, groups: groups.length > 0 ? groups : serviceAccountGroups(username) });
}

/** system:serviceaccount:<namespace>:<name> is always a member of these. */
export function serviceAccountGroups(username: string): string[] {
  const match = /^system:serviceaccount:([^:]+):[^:]+$/.exec(username);
  return match?.[1] ? ['system:serviceaccounts', `system:serviceaccounts:${match[1]}`] : [];
}

/** HTTP joins repeated headers with a comma; group names have none. */
function valuesOf(header: string | string[] | undefined): string[] {
  return (Array.isArray(header) ? header : (header ?? '').split(',')).map((value) => value.trim()).filter(Boolean);
}
