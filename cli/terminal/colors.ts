import picocolors from 'picocolors';

export type Colors = ReturnType<typeof picocolors.createColors>;

/**
 * Whether text for a stream is coloured: --no-color and NO_COLOR say no, FORCE_COLOR says yes,
 * and without them a terminal that is not dumb is. Source: no-color.org, force-color.org.
 */
export function hasColors(
  stream: { isTTY?: boolean },
  env: NodeJS.ProcessEnv = process.env,
  args: readonly string[] = process.argv,
): boolean {
  const own = args.includes('--') ? args.slice(0, args.indexOf('--')) : args;
  if (own.includes('--no-color') || env.NO_COLOR) return false;
  if (env.FORCE_COLOR !== undefined) return !['', '0', 'false'].includes(env.FORCE_COLOR);
  return stream.isTTY === true && env.TERM !== 'dumb';
}

/** Colours for a stream; functions that change nothing where it has none. */
export function colorsFor(stream: { isTTY?: boolean }): Colors {
  return picocolors.createColors(hasColors(stream));
}
