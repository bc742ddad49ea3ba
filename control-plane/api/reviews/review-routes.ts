import type { Clock } from '../../../lib/clock/clock.js';
import type { Authorizer } from '../authorization/authorizer.js';
import { decodeBody } from '../body/decode-body.js';
import { decodeObject, fieldValidationOf } from '../body/decode-object.js';
import type { KubeObject } from '../../resources/client.js';
import type { Call } from '../http/call.js';
import { readBody } from '../http/read-body.js';
import { respond } from '../http/respond.js';
import type { Handler, Route } from '../http/router.js';
import { negotiate } from '../negotiation/accept.js';
import { badRequest } from '../status.js';

interface AccessReview extends KubeObject {
  spec?: {
    resourceAttributes?: {
      namespace?: string;
      verb?: string;
      group?: string;
      version?: string;
      resource?: string;
      subresource?: string;
      name?: string;
    };
    nonResourceAttributes?: { path?: string; verb?: string };
  };
}

/** Questions that users ask about themselves (kubectl auth can-i, auth whoami). Nothing of them is stored. */
export function reviewRoutes(options: { authorizer: Authorizer; clock: Clock }): Route[] {
  const { authorizer, clock } = options;
  const review =
    (group: string, kind: string, answer: (call: Call, body: KubeObject) => Promise<object>): Handler =>
    async (call) => {
      const packageName = group.split('.')[0] ?? '';
      const expected = { group, version: 'v1', kind, schemaType: `${packageName}.v1.${kind}` };
      const document = await decodeBody(await readBody(call.request, clock), call.request.headers['content-type']);
      const body = decodeObject(document, expected, fieldValidationOf(call.query), () => undefined);
      const answered = { ...body, ...(await answer(call, body)) };
      await respond(call, 201, answered, negotiate(call.request.headers.accept, false).format);
    };
  const access = async ({ user }: Call, { spec }: AccessReview): Promise<object> => {
    const decision = await authorizer.authorize({ user, ...attributesOf(spec) });
    return { status: { allowed: decision.allowed, ...(decision.reason ? { reason: decision.reason } : {}) } };
  };
  const rules = async ({ user }: Call, body: KubeObject): Promise<object> => {
    const { namespace } = (body as { spec?: { namespace?: string } }).spec ?? {};
    if (!namespace) throw badRequest('no namespace on request');
    return { status: await authorizer.rulesFor(user, namespace) };
  };
  const self = async ({ user }: Call): Promise<object> => ({ status: { userInfo: user } });
  const authorization = 'authorization.k8s.io';
  const authentication = 'authentication.k8s.io';
  return [
    {
      path: `/apis/${authorization}/v1/selfsubjectaccessreviews`,
      methods: { POST: review(authorization, 'SelfSubjectAccessReview', access) },
    },
    {
      path: `/apis/${authorization}/v1/selfsubjectrulesreviews`,
      methods: { POST: review(authorization, 'SelfSubjectRulesReview', rules) },
    },
    {
      path: `/apis/${authentication}/v1/selfsubjectreviews`,
      methods: { POST: review(authentication, 'SelfSubjectReview', self) },
    },
  ];
}

/** @throws StatusError 400 unless exactly one kind of attributes is given */
function attributesOf(spec: AccessReview['spec']): Omit<Parameters<Authorizer['authorize']>[0], 'user'> {
  const { resourceAttributes: asked, nonResourceAttributes: path } = spec ?? {};
  if (asked && !path) {
    const { verb = '', group = '', version = '', resource = '', subresource = '', namespace = '', name = '' } = asked;
    return { verb, path: '', resource: { group, version, resource, subresource, namespace, name, subpath: '' } };
  }
  if (path && !asked) return { verb: path.verb ?? '', path: path.path ?? '' };
  throw badRequest('exactly one of nonResourceAttributes or resourceAttributes must be specified');
}
