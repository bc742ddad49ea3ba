import { LongshoreError } from '../../errors/errors.js';

/** One object as users name it. */
export interface Reference {
  /** As {@link Discovery.find} takes it. */
  resource: string;
  name: string;
}

/** Reads deployment/web, po/p, nodes/node-1, deployments.apps/web. @throws LongshoreError InvalidArgument */
export function parseReference(text: string): Reference {
  const [resource, name, ...rest] = text.split('/');
  if (resource && name && rest.length === 0) return { resource, name };
  throw new LongshoreError('InvalidArgument', `"${text}" names no object: say KIND/NAME, such as deployment/web`);
}
