import type { Command } from 'commander';

import { addApplyCommand } from './objects-apply.js';
import { addDeleteCommand } from './objects-delete.js';
import { addExecCommand } from './objects-exec.js';
import { addGetCommands } from './objects-get.js';
import { addLogsCommand } from './objects-logs.js';
import { addPortForwardCommand } from './objects-port-forward.js';

/** apply, get, describe, logs, exec, port-forward, delete: the everyday verbs, for machines without kubectl. */
export function addObjectCommands(program: Command): void {
  addApplyCommand(program);
  addGetCommands(program);
  addLogsCommand(program);
  addExecCommand(program);
  addPortForwardCommand(program);
  addDeleteCommand(program);
}
