import { createHash } from 'node:crypto';
import { pack } from 'tar-stream';
import { elfExecutable } from './elf.js';
import { sandboxProgram, type Architecture } from './sandbox-program.js';

/** Every file's time, so that equal content gives an equal image ID wherever it is built. */
const epoch = new Date(0);

/**
 * The sandbox image as `docker load` takes it (Docker image specification 1.2): one layer
 * with one file. Deterministic: agents that load it side by side load the same image.
 * @param tag for example "longshore/sandbox:1"
 */
export async function sandboxArchive(architecture: Architecture, tag: string): Promise<Buffer> {
  const program = elfExecutable(architecture, sandboxProgram(architecture));
  const layer = await tar([{ name: 'sandbox', content: program, mode: 0o755 }]);
  const config = Buffer.from(
    JSON.stringify({
      architecture,
      os: 'linux',
      created: epoch.toISOString(),
      config: { Entrypoint: ['/sandbox'], User: '65535:65535', StopSignal: 'SIGTERM' },
      rootfs: { type: 'layers', diff_ids: [`sha256:${sha256(layer)}`] },
      history: [{ created: epoch.toISOString(), created_by: 'longshore' }],
    }),
  );
  const configName = `${sha256(config)}.json`;
  const manifest = Buffer.from(JSON.stringify([{ Config: configName, RepoTags: [tag], Layers: ['layer.tar'] }]));
  return tar([
    { name: configName, content: config, mode: 0o644 },
    { name: 'layer.tar', content: layer, mode: 0o644 },
    { name: 'manifest.json', content: manifest, mode: 0o644 },
  ]);
}

async function tar(files: readonly { name: string; content: Uint8Array; mode: number }[]): Promise<Buffer> {
  const archive = pack();
  for (const { name, content, mode } of files) {
    archive.entry({ name, mode, mtime: epoch, uid: 0, gid: 0 }, Buffer.from(content));
  }
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
