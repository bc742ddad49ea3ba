import { access, constants } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

import { LongshoreError } from '../../lib/errors/errors.js';
import { home } from '../home.js';
import { runCommand } from './docker-runner.js';

const files = join(home, 'lab');

/** What lab/compose.yaml takes from the environment; what is undefined has the default that is written there. */
export interface ComposeSettings {
  baseImage: string | undefined;
  port: number | undefined;
  kubeconfigFolder: string | undefined;
}

/** Calls compose on the lab's file. */
export class Compose {
  readonly #command: readonly string[];
  readonly #project: string;

  private constructor(command: readonly string[], project: string) {
    this.#command = command;
    this.#project = project;
  }

  /** `docker compose` where Docker has it, else the older program. @throws LongshoreError FailedPrecondition */
  static async find(project: string): Promise<Compose> {
    for (const command of [['docker', 'compose'], ['docker-compose']]) {
      try {
        await runCommand([...command, 'version']);
        return new Compose(command, project);
      } catch {
        // Not installed: the other one may be.
      }
    }
    throw new LongshoreError(
      'FailedPrecondition',
      'there is neither docker compose nor docker-compose: install the package docker-compose-plugin or docker-compose',
    );
  }

  /** @returns what it printed. @throws LongshoreError with the end of what it said */
  run(args: readonly string[], settings?: ComposeSettings): Promise<string> {
    const command = [
      ...this.#command,
      '-p',
      this.#project,
      '--project-directory',
      files,
      '-f',
      join(files, 'compose.yaml'),
      ...args,
    ];
    return runCommand(command, { env: environmentOf(settings), timeoutMs: 20 * 60_000 });
  }
}

function environmentOf(settings: ComposeSettings | undefined): Record<string, string> {
  const { baseImage, port, kubeconfigFolder } = settings ?? {};
  return {
    ...(baseImage !== undefined && { LONGSHORE_LAB_BASE_IMAGE: baseImage }),
    ...(port !== undefined && { LONGSHORE_LAB_PORT: String(port) }),
    ...(kubeconfigFolder !== undefined && { LONGSHORE_LAB_KUBECONFIG: kubeconfigFolder }),
  };
}

/** Where a new lab's kubeconfig goes: beside its compose file, or below the home of a user who may not write there. */
export async function defaultKubeconfigFolder(): Promise<string> {
  const beside = join(files, 'kubeconfig');
  try {
    await access(beside, constants.W_OK);
    return beside;
  } catch {
    // Installed by the administrator for everyone.
    return join(homedir(), '.longshore', 'lab');
  }
}
