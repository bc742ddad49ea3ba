/** Mount points of /proc/self/mountinfo, in mount order (proc(5)). Pure. */
export function parseMountPoints(mountinfo: string): string[] {
  return mountinfo
    .split('\n')
    .map((line) => line.split(' ')[4])
    .filter((field) => field !== undefined)
    .map((field) => field.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8))));
}

/** Mount points at or below `directory`, the newest and deepest first: the order to unmount them in. Pure. */
export function mountsBelow(mountPoints: readonly string[], directory: string): string[] {
  return mountPoints.filter((point) => point === directory || point.startsWith(`${directory}/`)).reverse();
}
