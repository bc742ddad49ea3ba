import type { ApiClient } from '../../lib/kubernetes-client/api-client.js';
import { kubeconfigFiles, loadKubeconfigs } from '../../lib/kubernetes-client/kubeconfig.js';
import { connect } from '../connection/options.js';
import type { Candidate } from './complete.js';
import type { CompletionContext } from './parse-words.js';

/** Candidates that depend on the cluster; the word so far may narrow them, and is compared afterwards. */
export type CandidateSource = (context: CompletionContext, signal: AbortSignal) => Promise<Candidate[]>;

/** By command. */
export const argumentSources: Readonly<Record<string, CandidateSource | undefined>> = {
  get: kindsOrNames,
  describe: kindsOrNames,
  delete: kindsOrNames,
  logs: firstOnly(podsOrWorkloads),
  exec: firstOnly(podsOrWorkloads),
  'port-forward': firstOnly(podsOrWorkloads),
  'node remove': firstOnly(nodes),
};

/** By attribute of the option. */
export const optionSources: Readonly<Record<string, CandidateSource | undefined>> = {
  namespace: (context, signal) =>
    withClient(context, async (client) => namesOf((await client.namespaces.list({}, signal)).items)),
  container: (context, signal) => withClient(context, (client) => containers(client, context.args[0], signal)),
  context: contexts,
};

async function kindsOrNames(context: CompletionContext, signal: AbortSignal): Promise<Candidate[]> {
  const { args, word } = context;
  return withClient(context, async (client) => {
    const slash = word.indexOf('/');
    if (slash !== -1) return names(client, word.slice(0, slash), `${word.slice(0, slash)}/`, signal);
    const [kind] = args;
    if (kind === undefined) return kinds(client, word);
    return kind.includes('/') || kind.includes(',') ? kinds(client, word) : names(client, kind, '', signal);
  });
}

/** Kinds, with those that a list with commas already has before them. */
async function kinds(client: ApiClient, word: string): Promise<Candidate[]> {
  const before = word.slice(0, word.lastIndexOf(',') + 1);
  const resources = (await client.discovery.all()).filter(({ verbs }) => verbs.includes('list'));
  const found = resources.map(({ plural, shortNames }) => ({ text: `${before}${plural}`, description: shortNames.join(', ') }));
  return before === '' ? [...found, { text: 'all', description: 'pods, services and workloads' }] : found;
}

async function names(client: ApiClient, kind: string, prefix: string, signal: AbortSignal): Promise<Candidate[]> {
  return namesOf((await client.named(kind).list({}, signal)).items, prefix);
}

async function podsOrWorkloads({ word, ...context }: CompletionContext, signal: AbortSignal): Promise<Candidate[]> {
  return withClient(context, async (client) => {
    const slash = word.indexOf('/');
    if (slash !== -1) return names(client, word.slice(0, slash), `${word.slice(0, slash)}/`, signal);
    const workloads = ['deployment/', 'statefulset/', 'daemonset/', 'service/'].map((text) => ({
      text,
      description: 'one of its pods',
    }));
    return [...(await names(client, 'pods', '', signal)), ...workloads];
  });
}

async function nodes(context: CompletionContext, signal: AbortSignal): Promise<Candidate[]> {
  return withClient(context, async (client) => namesOf((await client.nodes.list({}, signal)).items));
}

async function containers(client: ApiClient, reference: string | undefined, signal: AbortSignal): Promise<Candidate[]> {
  if (reference === undefined) return [];
  const { spec } = await client.pods.get(reference.replace(/^(po|pod|pods)\//, ''), {}, signal);
  return spec.containers.map(({ name, image = '' }) => ({ text: name, description: image }));
}

async function contexts({ values }: CompletionContext): Promise<Candidate[]> {
  const files = values.kubeconfig === undefined ? kubeconfigFiles(process.env.KUBECONFIG ?? '') : [values.kubeconfig];
  const config = await loadKubeconfigs(files);
  return [...(config?.contexts.keys() ?? [])].map((text) => ({ text, description: '' }));
}

function firstOnly(source: CandidateSource): CandidateSource {
  return async (context, signal) => (context.args.length === 0 ? source(context, signal) : []);
}

async function withClient(
  context: Pick<CompletionContext, 'values'>,
  ask: (client: ApiClient) => Promise<Candidate[]>,
): Promise<Candidate[]> {
  using client = await connect(context.values);
  return await ask(client);
}

function namesOf(items: readonly { metadata: { name: string } }[], prefix = ''): Candidate[] {
  return items.map(({ metadata }) => ({ text: `${prefix}${metadata.name}`, description: '' }));
}
