import type { Manifest } from '../objects.js';

/** Where client-side apply remembers what it set; kubectl reads and writes the same. */
export const lastAppliedAnnotation = 'kubectl.kubernetes.io/last-applied-configuration';

/** What the last apply set, or undefined when the object was never applied (or not by client-side apply). */
export function lastAppliedOf(object: Manifest): Manifest | undefined {
  const text = object.metadata.annotations?.[lastAppliedAnnotation];
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Manifest;
  } catch {
    // Somebody edited it by hand; then nothing is known of the last apply.
    return undefined;
  }
}

/** The manifest as it is sent: with a note of itself, in the form that kubectl writes it. */
export function withLastApplied<T extends Manifest>(manifest: T): T {
  const plain = withoutAnnotation(manifest);
  const annotations = { ...plain.metadata.annotations, [lastAppliedAnnotation]: `${stableJson(plain)}\n` };
  return { ...plain, metadata: { ...plain.metadata, annotations } };
}

function withoutAnnotation<T extends Manifest>(manifest: T): T {
  const annotations = { ...manifest.metadata.annotations };
  delete annotations[lastAppliedAnnotation];
  return { ...manifest, metadata: { ...manifest.metadata, annotations } };
}

/** JSON as Go writes it, with sorted keys and HTML's signs escaped: kubectl makes the same text of the same manifest. */
function stableJson(value: unknown): string {
  const sorted = JSON.stringify(value, (_, child: unknown) =>
    typeof child === 'object' && child !== null && !Array.isArray(child)
      ? Object.fromEntries(Object.entries(child).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : child,
  );
  return sorted.replace(/[<>&\u2028\u2029]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
