import { access } from 'node:fs/promises';

/** Whether there is a file or folder at `path` that can be seen from here. */
export function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
