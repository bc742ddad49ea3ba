import type Docker from 'dockerode';
import { pack } from 'tar-stream';
import { readFile } from 'node:fs/promises';

/** The image of every measurement: one static program that sleeps; made from this machine's busybox. */
export const benchImage = 'longshore-bench/busybox:1';

/** @throws when the machine has no static busybox; scripts/bench.sh installs it */
export async function ensureBenchImage(docker: Docker): Promise<void> {
  const images = await docker.listImages({ filters: { reference: [benchImage] } });
  if (images.length > 0) return;
  const archive = pack();
  const busybox = await readFile('/bin/busybox');
  archive.entry({ name: 'bin/', type: 'directory' });
  archive.entry({ name: 'bin/busybox', mode: 0o755 }, busybox);
  for (const name of ['sh', 'sleep']) archive.entry({ name: `bin/${name}`, type: 'symlink', linkname: 'busybox' });
  archive.finalize();
  const [repo, tag] = benchImage.split(':');
  const stream = await docker.importImage(archive as unknown as string, { repo, tag });
  await new Promise((resolve, reject) => {
    stream.on('error', reject).on('end', resolve).resume();
  });
}

export const sleepCommand = ['/bin/busybox', 'sleep', '3600'];
