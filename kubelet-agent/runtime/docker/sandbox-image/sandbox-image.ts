import { Readable } from 'node:stream';
import { isError, LongshoreError } from '../../../../lib/errors/errors.js';
import type { Logger } from '../../../../lib/log/logger.js';
import type { DockerEngine } from '../docker-engine.js';
import { sandboxArchive } from './sandbox-archive.js';
import type { Architecture } from './sandbox-program.js';

/** Raise the tag whenever the program changes: an engine keeps what it has under a tag. */
export const sandboxImageTag = 'longshore/sandbox:1';

/**
 * Puts the sandbox image on the engine unless it is there. No registry is needed. Calls
 * side by side, by other agents too, are safe: the image's ID is the same each time.
 * @throws LongshoreError FailedPrecondition on an architecture other than amd64 and arm64
 */
export async function ensureSandboxImage(options: { engine: DockerEngine; log: Logger }): Promise<void> {
  const { engine, log } = options;
  try {
    await engine.call((docker) => docker.getImage(sandboxImageTag).inspect());
    return;
  } catch (thrown) {
    if (!isError(thrown, 'NotFound')) throw thrown;
  }
  const { architecture } = await engine.version();
  if (!isSupported(architecture)) {
    throw new LongshoreError(
      'FailedPrecondition',
      `no sandbox image for engines on ${architecture}: amd64 and arm64 are supported`,
    );
  }
  const archive = await sandboxArchive(architecture, sandboxImageTag);
  const answer = await engine.call((docker) => docker.loadImage(Readable.from([archive]), { quiet: true }));
  let said = '';
  for await (const chunk of answer) said += String(chunk);
  if (said.includes('"error"')) throw new LongshoreError('Internal', `the engine did not load the sandbox image: ${said.trim()}`);
  log.info('sandbox image loaded', { image: sandboxImageTag, architecture });
}

function isSupported(architecture: string): architecture is Architecture {
  return architecture === 'amd64' || architecture === 'arm64';
}
