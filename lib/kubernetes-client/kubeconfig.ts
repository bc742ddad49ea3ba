import { readFile } from 'node:fs/promises';

import { parse } from 'yaml';

import { LongshoreError } from '../errors/errors.js';

/** What is needed to talk to one API server with a client certificate. */
export interface ApiAccess {
  server: string;
  ca: string;
  certificate: string;
  privateKey: string;
}

interface Kubeconfig {
  'current-context'?: string;
  contexts?: { name: string; context: { cluster: string; user: string } }[];
  clusters?: { name: string; cluster: { server: string; 'certificate-authority-data'?: string } }[];
  users?: { name: string; user: { 'client-certificate-data'?: string; 'client-key-data'?: string } }[];
}

/** @throws LongshoreError InvalidArgument naming what the file lacks */
export async function readKubeconfig(file: string): Promise<ApiAccess> {
  const config = parse(await readFile(file, 'utf8')) as Kubeconfig;
  const context = config.contexts?.find(({ name }) => name === config['current-context'])?.context;
  const cluster = config.clusters?.find(({ name }) => name === context?.cluster)?.cluster;
  const user = config.users?.find(({ name }) => name === context?.user)?.user;
  const parts = {
    ca: cluster?.['certificate-authority-data'],
    certificate: user?.['client-certificate-data'],
    privateKey: user?.['client-key-data'],
  };
  const missing = Object.entries(parts).find(([, value]) => !value)?.[0];
  if (!cluster || missing) {
    throw new LongshoreError('InvalidArgument', `${file} has no ${missing ?? 'cluster'} for its current context`);
  }
  const decode = (value: string | undefined): string => Buffer.from(value ?? '', 'base64').toString('utf8');
  return {
    server: cluster.server,
    ca: decode(parts.ca),
    certificate: decode(parts.certificate),
    privateKey: decode(parts.privateKey),
  };
}
