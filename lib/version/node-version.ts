/** Kubernetes' version whose behaviour a node follows. */
const kubernetes = 'v1.36.0';

/** The version that a node reports: Kubernetes', with Longshore's own as build metadata (semver.org, item 10). */
export function nodeVersion(longshore: string): string {
  return `${kubernetes}+longshore.${longshore}`;
}

/** Longshore's part of {@link nodeVersion}; undefined when there is none. */
export function longshoreVersionOf(version: string): string | undefined {
  return /\+longshore\.(\d+\.\d+\.\d+.*)$/.exec(version)?.[1];
}
