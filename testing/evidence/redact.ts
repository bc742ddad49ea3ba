import { lastAppliedAnnotation } from '../../lib/kubernetes-client/apply/last-applied.js';
import type { AnyObject } from '../../lib/kubernetes-client/objects.js';

/** An object as it may be shown: no managed fields, and of a Secret its keys and sizes only. Pure. */
export function redact(object: AnyObject): AnyObject {
  const metadata = { ...object.metadata, managedFields: undefined };
  if (object.kind !== 'Secret') return { ...object, metadata };
  const annotations = { ...metadata.annotations };
  delete annotations[lastAppliedAnnotation];
  const data = (object.data ?? {}) as Record<string, string>;
  return {
    ...object,
    metadata: { ...metadata, annotations },
    data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, `<${Buffer.from(value, 'base64').length} bytes>`])),
  };
}
