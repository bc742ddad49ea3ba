import { defineCheck, failure, ok, type Verdict, warning } from '../check.js';
import type { EngineReading } from '../readings/engine-reading.js';

/** Oldest API that the kubelet agent speaks: Docker 20.10. */
const oldestApi = [1, 41] as const;

export function judgeEngine(engine: EngineReading): Verdict[] {
  if (!engine.answers) return [failure(`no Docker Engine answers at ${engine.host}: ${engine.message}`, fixOf(engine.code))];
  const { Version, ApiVersion } = engine.version;
  const [major = 0, minor = 0] = ApiVersion.split('.').map(Number);
  if (major < oldestApi[0] || (major === oldestApi[0] && minor < oldestApi[1]))
    return [
      failure(
        `Docker ${Version} (API ${ApiVersion}) is too old: 20.10 (API 1.41) or newer is needed`,
        'apt-get install docker.io',
      ),
    ];
  const verdicts: Verdict[] = [ok(`Docker ${Version}, API ${ApiVersion}`)];
  if (engine.info.SecurityOptions?.some((option) => option.includes('rootless')))
    verdicts.push(
      failure(
        'the engine is rootless: it cannot give pods addresses that other nodes reach',
        'use the engine of root, or --docker-host',
      ),
    );
  if (engine.info.SecurityOptions?.some((option) => option.includes('userns')))
    verdicts.push(
      warning(
        'the engine remaps users: files in volumes belong to other users than pods expect',
        'remove "userns-remap" from /etc/docker/daemon.json',
      ),
    );
  return verdicts;
}

function fixOf(code: string): string {
  if (code === 'ENOENT' || code === 'ECONNREFUSED') return 'apt-get install docker.io && systemctl enable --now docker';
  if (code === 'EACCES') return 'run the command as root';
  return 'systemctl restart docker; journalctl -u docker says why it does not answer';
}

export const engineCheck = defineCheck({
  name: 'engine',
  roles: ['agent'],
  read: ({ engine }) => engine(),
  judge: judgeEngine,
});
