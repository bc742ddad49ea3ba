import { LongshoreError } from '../../lib/errors/errors.js';
import { isInterrupted } from './interrupt.js';

/**
 * Does something with every item in order; one that fails does not keep the others from their turn.
 * @throws after all, with the code of the first failure and the messages of each
 */
export async function forEachOrFail<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  const failures: LongshoreError[] = [];
  for (const item of items) {
    try {
      await act(item);
    } catch (thrown) {
      failures.push(LongshoreError.from(thrown));
      if (isInterrupted()) break;
    }
  }
  const [first, ...others] = failures;
  if (!first) return;
  if (others.length === 0) throw first;
  throw new LongshoreError(first.code, failures.map(({ message }) => message).join('\nlongshore: '), { cause: first });
}
