import type { Call } from '../http/call.js';
import { respond, respondBytes, wantsPretty } from '../http/respond.js';
import type { Handler, Route } from '../http/router.js';
import { negotiate, parseAccept } from '../negotiation/accept.js';
import { unknownPath } from '../status.js';
import { aggregatedDiscovery, apiGroup, apiGroupList, apiResourceList, apiVersions } from './documents.js';
import type { ServedResource } from './served-resources.js';
import { versionInfo } from './version.js';

/**
 * /api, /apis and what is below them, and /version.
 * @param served what is served at this moment
 * @param serverAddress host:port that clients reach the API at
 */
export function discoveryRoutes(served: () => readonly ServedResource[], serverAddress: () => string): Route[] {
  const document =
    (make: (call: Call) => object | undefined): Handler =>
    async (call) => {
      const { format } = negotiate(call.request.headers.accept, false);
      const body = make(call);
      if (!body) throw unknownPath();
      await respond(call, 200, body, format);
    };
  const rootOf =
    (root: 'api' | 'apis', plain: () => object): Handler =>
    async (call) => {
      const version = aggregatedVersion(call.request.headers.accept);
      if (!version) return document(plain)(call);
      const body = aggregatedDiscovery(served(), root, `apidiscovery.k8s.io/${version}`);
      await respondBytes(call, 200, Buffer.from(JSON.stringify(body, undefined, wantsPretty(call) ? 2 : undefined)), {
        'content-type': `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`,
        vary: 'Accept',
      });
    };
  return [
    { path: '/api', methods: { GET: rootOf('api', () => apiVersions(serverAddress())) } },
    { path: '/apis', methods: { GET: rootOf('apis', () => apiGroupList(served())) } },
    { path: '/api/:version', methods: { GET: document((call) => apiResourceList(served(), '', call.params.version ?? '')) } },
    { path: '/apis/:group', methods: { GET: document((call) => apiGroup(served(), call.params.group ?? '')) } },
    {
      path: '/apis/:group/:version',
      methods: { GET: document(({ params }) => apiResourceList(served(), params.group ?? '', params.version ?? '')) },
    },
    { path: '/version', methods: { GET: document(versionInfo) } },
  ];
}

/** The version of aggregated discovery that a client would rather have than the plain form. */
function aggregatedVersion(accept: string | undefined): string | undefined {
  for (const { type, parameters } of parseAccept(accept)) {
    if (type !== 'application/json' && type !== '*/*') continue;
    const { g: group, v: version, as: kind } = parameters;
    if (kind === undefined) return undefined;
    const known = group === 'apidiscovery.k8s.io' && kind === 'APIGroupDiscoveryList';
    if (known && (version === 'v2' || version === 'v2beta1')) return version;
  }
  return undefined;
}
