import { isError, LongshoreError } from '../../lib/errors/errors.js';
import type { ApiClient } from '../../lib/kubernetes-client/api-client.js';
import type { ApiResource } from '../../lib/kubernetes-client/discovery/api-resource.js';
import type { AnyObject } from '../../lib/kubernetes-client/objects.js';
import type { DeleteOptions } from '../../lib/kubernetes-client/options.js';
import { waitFor } from '../../lib/kubernetes-client/wait/wait-for.js';
import { forEachOrFail } from '../terminal/for-each.js';
import type { Printer } from '../terminal/printer.js';
import type { ResolvedTarget } from './resource-arguments.js';

export interface DeleteCommandOptions {
  gracePeriod?: number;
  /** At once, without waiting for the containers to end. */
  force: boolean;
  cascade: 'background' | 'foreground' | 'orphan';
  wait: boolean;
  timeoutMs: number;
  ignoreNotFound: boolean;
  dryRun?: 'client' | 'server';
}

/** One object to delete. */
export interface Victim {
  resource: ApiResource;
  name: string;
  /** Undefined for kinds that have none. */
  namespace: string | undefined;
}

export interface VictimSelection {
  selector?: string;
  fieldSelector?: string;
  all: boolean;
  allNamespaces: boolean;
}

/** The objects that a command line means: named ones, or those that are selected. @throws LongshoreError InvalidArgument */
export async function victimsOf(
  client: ApiClient,
  targets: readonly ResolvedTarget[],
  selection: VictimSelection,
  signal: AbortSignal,
): Promise<Victim[]> {
  const { selector: labelSelector, fieldSelector, all, allNamespaces } = selection;
  const selects = labelSelector !== undefined || fieldSelector !== undefined || all;
  const victims: Victim[] = [];
  for (const { resource, names } of targets) {
    if (names.length > 0 && selects) throw usage('names and a selection (-l, --field-selector, --all) do not go together');
    if (names.length === 0 && !selects) throw usage(`say which ${resource.plural}: names, -l SELECTOR or --all`);
    const namespace = resource.namespaced ? client.namespace : undefined;
    victims.push(...names.map((name) => ({ resource, name, namespace })));
    if (names.length > 0) continue;
    const { items } = await client.of(resource).list({ labelSelector, fieldSelector, allNamespaces }, signal);
    victims.push(...items.map(({ metadata }) => ({ resource, name: metadata.name, namespace: metadata.namespace })));
  }
  return victims;
}

/** The objects that manifests name. */
export async function victimsOfManifests(client: ApiClient, manifests: readonly AnyObject[]): Promise<Victim[]> {
  const victims: Victim[] = [];
  for (const { apiVersion, kind, metadata } of manifests) {
    const resource = await client.discovery.ofKind(apiVersion, kind);
    const namespace = resource.namespaced ? (metadata.namespace ?? client.namespace) : undefined;
    victims.push({ resource, name: metadata.name, namespace });
  }
  return victims;
}

/** Deletes objects and, unless told otherwise, waits until they are gone. */
export async function deleteObjects(
  client: ApiClient,
  victims: readonly Victim[],
  options: DeleteCommandOptions,
  print: Printer,
  signal: AbortSignal,
): Promise<void> {
  const gone: Victim[] = [];
  await forEachOrFail(victims, async (victim) => {
    if (await deleteOne(client, victim, options, signal)) {
      print.out(`${describe(victim)} ${options.force ? 'force deleted' : 'deleted'}${suffix(options)}`);
      gone.push(victim);
    }
  });
  if (victims.length === 0) print.note('No resources found');
  if (!options.wait || options.dryRun !== undefined) return;
  await Promise.all(gone.map((victim) => waitUntilGone(client, victim, options.timeoutMs, signal)));
}

/** @returns whether it was there */
async function deleteOne(
  client: ApiClient,
  { resource, name, namespace }: Victim,
  options: DeleteCommandOptions,
  signal: AbortSignal,
): Promise<boolean> {
  const objects = client.of(resource);
  const { dryRun, gracePeriod, force, cascade } = options;
  const request: DeleteOptions = {
    namespace,
    gracePeriodSeconds: force ? (gracePeriod ?? 0) : gracePeriod,
    propagation: ({ background: 'Background', foreground: 'Foreground', orphan: 'Orphan' } as const)[cascade],
    dryRun: dryRun === 'server',
  };
  try {
    if (dryRun === 'client') await objects.get(name, { namespace }, signal);
    else await objects.delete(name, request, signal);
    return true;
  } catch (thrown) {
    if (options.ignoreNotFound && isError(thrown, 'NotFound')) return false;
    throw thrown;
  }
}

async function waitUntilGone(
  client: ApiClient,
  { resource, name, namespace }: Victim,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<void> {
  const wait = { client, clock: client.clock, resource: client.of(resource), name, namespace, timeoutMs };
  await waitFor({ ...wait, condition: { type: 'deleted' } }, signal);
}

function describe({ resource, name }: Victim): string {
  const { singular, kind, group } = resource;
  return `${singular || kind.toLowerCase()}${group === '' ? '' : `.${group}`} "${name}"`;
}

function suffix({ dryRun }: DeleteCommandOptions): string {
  if (dryRun === undefined) return '';
  return dryRun === 'client' ? ' (dry run)' : ' (server dry run)';
}

function usage(message: string): LongshoreError {
  return new LongshoreError('InvalidArgument', message);
}
