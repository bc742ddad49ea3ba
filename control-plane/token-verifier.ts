import type { TokenVerifier } from './api/authentication/authenticator.js';
import type { ServiceAccountTokens } from './pki/service-account-tokens.js';
import type { Resources } from './resources/resources.js';

/** Service-account tokens count while their service account and pod exist. */
export function boundTokenVerifier(tokens: ServiceAccountTokens, resources: Resources): TokenVerifier {
  const uidOf = async (key: 'serviceaccounts' | 'pods', namespace: string, name: string): Promise<string | undefined> =>
    (await resources.client(key).get(namespace, name))?.metadata.uid;
  return {
    verify: (token) =>
      tokens.verify(token, {
        serviceAccountUid: (namespace, name) => uidOf('serviceaccounts', namespace, name),
        podUid: (namespace, name) => uidOf('pods', namespace, name),
      }),
  };
}
