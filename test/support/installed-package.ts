import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const checkout = fileURLToPath(new URL('../..', import.meta.url));

/** The package that npm pack makes of this checkout, and a place where npm installs it, as -g would. */
export class InstalledPackage {
  readonly folder: string;
  /** What npm pack made. */
  readonly archive: string;

  private constructor(folder: string, archive: string) {
    this.folder = folder;
    this.archive = archive;
  }

  /** Packs the checkout. Nothing is installed yet. */
  static async pack(): Promise<InstalledPackage> {
    const folder = await mkdtemp(join(tmpdir(), 'longshore-package-'));
    const { stdout } = await run('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: checkout });
    return new InstalledPackage(folder, join(folder, stdout.trim().split('\n').at(-1) ?? ''));
  }

  /** The installed bin/longshore.js. */
  get command(): string {
    return join(this.folder, 'lib', 'node_modules', 'longshore', 'bin', 'longshore.js');
  }

  /** Installs it, in the place of what is installed. @param version another one than the checkout's */
  async install(version?: string): Promise<void> {
    const archive = version === undefined ? this.archive : await this.#repack(version);
    await run('npm', ['install', '--global', '--silent', '--prefix', this.folder, archive], { cwd: this.folder });
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  /** The same package with another version number. */
  async #repack(version: string): Promise<string> {
    await run('tar', ['xzf', this.archive, '-C', this.folder]);
    const manifest = join(this.folder, 'package', 'package.json');
    const content = JSON.parse(await readFile(manifest, 'utf8')) as Record<string, unknown>;
    await writeFile(manifest, JSON.stringify({ ...content, version }));
    const archive = join(this.folder, `longshore-${version}.tgz`);
    await run('tar', ['czf', archive, '-C', this.folder, 'package']);
    await rm(join(this.folder, 'package'), { recursive: true });
    return archive;
  }
}
