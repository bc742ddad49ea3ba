import { systemClock } from '../lib/clock/clock.js';
import { LongshoreError } from '../lib/errors/errors.js';
import { exitCodeOf } from '../lib/errors/exit-codes.js';
import { keepCodeCache } from '../lib/lifecycle/keep-code-cache.js';
import { runProcess } from '../lib/lifecycle/run-process.js';
import { createLogger } from '../lib/log/logger.js';
import { longshoreVersion } from '../lib/version/longshore-version.js';
import { createCommand } from './config.js';

// Loaded by the command that needs them: making a token is quick, serving takes the whole house.
const tokenCommands = () => import('./token/token-commands.js');
const backups = () => import('./backup/create-backup.js');
const restores = () => import('./backup/restore-backup.js');
const server = () => import('./serve.js');
const print = (text: string): void => void process.stdout.write(`${text}\n`);

createCommand({
  run: async (config) => {
    const log = createLogger({ component: 'control-plane', level: config.logLevel });
    const { serve } = await server();
    await runProcess((signal) => serve(config, log, signal), { log });
  },
  createToken: async (config) => {
    const token = await (await tokenCommands()).createToken(config, systemClock);
    print(config.output === 'json' ? JSON.stringify(token) : token.token);
  },
  listTokens: async (config) => {
    const { listTokens, renderTokens } = await tokenCommands();
    const tokens = await listTokens(config);
    print(config.output === 'json' ? JSON.stringify(tokens) : renderTokens(tokens));
  },
  revokeToken: async (id, config) => {
    await (await tokenCommands()).revokeToken(id, config);
  },
  backup: async (file, config) => {
    print(await (await backups()).createBackup({ ...config, file, version: longshoreVersion(), clock: systemClock }));
  },
  restore: async (file, config) => {
    print(await (await restores()).restoreBackup({ ...config, file, clock: systemClock }));
  },
})
  .parseAsync()
  .catch((thrown: unknown) => {
    process.stderr.write(`control-plane: ${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
    process.exitCode = exitCodeOf(LongshoreError.from(thrown).code);
  })
  .finally(keepCodeCache);
