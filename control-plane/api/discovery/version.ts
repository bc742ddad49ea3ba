/** The Kubernetes version whose API is served; clients compare their own with it. */
export const kubernetesVersion = { major: '1', minor: '36', gitVersion: 'v1.36.0+longshore' } as const;

/** The body of /version. Build facts that do not apply to an interpreted server are those of the running process. */
export function versionInfo(): Record<string, string> {
  return {
    ...kubernetesVersion,
    gitCommit: '',
    gitTreeState: 'clean',
    buildDate: '1970-01-01T00:00:00Z',
    goVersion: `node${process.versions.node}`,
    compiler: 'v8',
    platform: `${process.platform}/${process.arch === 'x64' ? 'amd64' : process.arch}`,
  };
}
