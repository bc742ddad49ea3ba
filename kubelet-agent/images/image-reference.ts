import { LongshoreError } from '../../lib/errors/errors.js';

/** A parsed image name (the grammar of the distribution project's reference package). */
export interface ImageReference {
  /** Host and port, for example "docker.io" or "localhost:5000". */
  registry: string;
  /** For example "library/nginx". */
  repository: string;
  /** "latest" when neither tag nor digest is given; empty with a digest alone. */
  tag: string;
  /** For example "sha256:...", or empty. */
  digest: string;
}

const component = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const repositoryPattern = new RegExp(`^${component}(?:/${component})*$`);
const hostPattern =
  /^(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*|\[[0-9a-fA-F:]+\])(?::\d+)?$/;
const tagPattern = /^\w[\w.-]{0,127}$/;
const digestPattern = /^[a-z0-9]+(?:[+._-][a-z0-9]+)*:[0-9a-fA-F]{32,}$/;

/**
 * Short names are completed as Docker does: "nginx" is docker.io/library/nginx:latest. Pure.
 * @throws LongshoreError InvalidArgument for a name that is none
 */
export function parseImageReference(image: string): ImageReference {
  const { name, tag, digest } = split(image);
  const slash = name.indexOf('/');
  const first = slash < 0 ? '' : name.slice(0, slash);
  const hasHost = first === 'localhost' || /[.:]/.test(first) || first !== first.toLowerCase();
  const registry = hasHost ? first : 'docker.io';
  const rest = hasHost ? name.slice(slash + 1) : name;
  const repository = registry === 'docker.io' && !rest.includes('/') ? `library/${rest}` : rest;
  const valid =
    hostPattern.test(registry) &&
    repositoryPattern.test(repository) &&
    (tag === undefined || tagPattern.test(tag)) &&
    (digest === undefined || digestPattern.test(digest));
  if (!valid) throw new LongshoreError('InvalidArgument', `couldn't parse image name "${image}": invalid reference format`);
  return { registry, repository, tag: tag ?? (digest === undefined ? 'latest' : ''), digest: digest ?? '' };
}

/** The full name, equal for all ways of writing it. Pure. */
export function renderImageReference({ registry, repository, tag, digest }: ImageReference): string {
  return `${registry}/${repository}${tag === '' ? '' : `:${tag}`}${digest === '' ? '' : `@${digest}`}`;
}

function split(image: string): { name: string; tag: string | undefined; digest: string | undefined } {
  const at = image.indexOf('@');
  const named = at < 0 ? image : image.slice(0, at);
  const digest = at < 0 ? undefined : image.slice(at + 1);
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1);
  return colon < 0
    ? { name: named, tag: undefined, digest }
    : { name: named.slice(0, colon), tag: named.slice(colon + 1), digest };
}
