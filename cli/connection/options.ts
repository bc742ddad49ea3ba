import { type Command, Option } from 'commander';

import { ApiClient } from '../../lib/kubernetes-client/api-client.js';
import { findAccess } from './find-access.js';

/** Flags of every command that talks to the API server. */
export interface ConnectionOptions {
  kubeconfig?: string;
  context?: string;
  namespace?: string;
}

const heading = 'Which cluster:';

/** Adds --kubeconfig and --context, and --namespace unless the command has no use for it. */
export function withConnection(command: Command, { namespaced = true } = {}): Command {
  if (namespaced) command.option('-n, --namespace <name>', "namespace (default: the context's, or default)");
  return command
    .addOption(new Option('--kubeconfig <file>', 'kubeconfig to read (also KUBECONFIG)').helpGroup(heading))
    .addOption(new Option('--context <name>', 'context of the kubeconfig (default: the current one)').helpGroup(heading));
}

/** A client of the cluster that the flags mean; dispose of it. @throws as {@link findAccess} */
export async function connect(options: ConnectionOptions): Promise<ApiClient> {
  const access = await findAccess(options);
  return new ApiClient(access, options.namespace === undefined ? {} : { namespace: options.namespace });
}
