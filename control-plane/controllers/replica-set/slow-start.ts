/** First batch; each batch that succeeds doubles the next. */
const initialBatch = 1;

/**
 * Calls `create` `count` times, in batches of 1, 2, 4, ... side by side, and stops after the
 * first batch with a failure: if the first pod is refused (by quota, admission), its
 * hundreds of sisters are not even tried.
 * @returns how many succeeded, and the failures of the last batch
 */
export async function slowStart(count: number, create: () => Promise<void>): Promise<{ succeeded: number; failures: unknown[] }> {
  let succeeded = 0;
  for (let batch = initialBatch; succeeded < count; batch *= 2) {
    const size = Math.min(batch, count - succeeded);
    const results = await Promise.allSettled(Array.from({ length: size }, () => create()));
    const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
    succeeded += size - failures.length;
    if (failures.length > 0) return { succeeded, failures };
  }
  return { succeeded, failures: [] };
}
