import type { PodAssignment, SecretData } from '../../proto/gen/longshore/node/v1/pod.js';
import type { RegistryCredentials } from '../runtime/container-runtime.js';
import type { ImageReference } from './image-reference.js';

interface Entry {
  /** Host, port and path as the secret has it, without scheme. */
  location: string;
  credentials: RegistryCredentials;
}

/**
 * Credentials of a pod's pull secrets that fit an image, the most specific first. Secrets
 * of other types, and what cannot be read in them, are passed over, as the kubelet does.
 * Pure.
 */
export function credentialsFor(assignment: PodAssignment, image: ImageReference): RegistryCredentials[] {
  const names = new Set(assignment.spec?.imagePullSecrets ?? []);
  return assignment.secrets
    .filter((secret) => names.has(secret.name))
    .flatMap(entriesOf)
    .filter(({ location }) => fits(location, image))
    .sort((a, b) => b.location.length - a.location.length)
    .map(({ credentials }) => credentials);
}

/** Pull secrets that the pod names and that do not exist. Pure. */
export function missingPullSecrets(assignment: PodAssignment): string[] {
  const present = new Set(assignment.secrets.map(({ name }) => name));
  return (assignment.spec?.imagePullSecrets ?? []).filter((name) => !present.has(name));
}

function entriesOf({ type, data }: SecretData): Entry[] {
  const content =
    type === 'kubernetes.io/dockerconfigjson'
      ? property(parseJson(data['.dockerconfigjson']), 'auths')
      : type === 'kubernetes.io/dockercfg'
        ? parseJson(data['.dockercfg'])
        : undefined;
  if (typeof content !== 'object' || content === null) return [];
  return Object.entries(content).flatMap(([server, entry]) => {
    const login = loginOf(entry);
    return login ? [{ location: locationOf(server), credentials: { ...login, serverAddress: server } }] : [];
  });
}

/** Either user name and password, or both in `auth`, base64 of "user:password". */
function loginOf(entry: unknown): { username: string; password: string } | undefined {
  const auth = property(entry, 'auth');
  if (typeof auth === 'string' && auth !== '') {
    const decoded = Buffer.from(auth, 'base64').toString('utf8');
    const colon = decoded.indexOf(':');
    return colon < 0 ? undefined : { username: decoded.slice(0, colon), password: decoded.slice(colon + 1) };
  }
  const username = property(entry, 'username');
  const password = property(entry, 'password');
  return typeof username === 'string' && typeof password === 'string' ? { username, password } : undefined;
}

/** "https://index.docker.io/v1/" and the like name Docker Hub, and API paths name the whole host. */
function locationOf(server: string): string {
  const location = server.replace(/^https?:\/\//, '').replace(/\/(?:v1|v2)?\/?$/, '');
  return location === 'index.docker.io' || location === 'registry-1.docker.io' ? 'docker.io' : location;
}

/** The host matches label by label, "*" standing for one whole label; a path must be a prefix. */
function fits(location: string, { registry, repository }: ImageReference): boolean {
  const slash = location.indexOf('/');
  const host = slash < 0 ? location : location.slice(0, slash);
  const path = slash < 0 ? '' : location.slice(slash + 1);
  const labels = host.split('.');
  const actual = registry.split('.');
  const sameHost = labels.length === actual.length && labels.every((label, index) => label === '*' || label === actual[index]);
  return sameHost && (path === '' || repository === path || repository.startsWith(`${path}/`));
}

function parseJson(bytes: Uint8Array | undefined): unknown {
  try {
    return bytes && JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    // An unreadable secret holds no credentials; the pull's own failure tells the user.
    return undefined;
  }
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
