import { notAcceptable, type StatusError } from '../status.js';

/** One media range of an Accept header. */
export interface MediaRange {
  /** Lower case, without parameters: application/json, or with a star for any. */
  readonly type: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** How an answer is to be written. */
export interface Representation {
  readonly format: 'json' | 'yaml';
  /** What to make of the object: a Table of rows, or its metadata alone. Undefined: the object itself. */
  readonly as?: Transformation;
}

export interface Transformation {
  readonly kind: 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList';
  /** Of group meta.k8s.io. */
  readonly version: 'v1' | 'v1beta1';
}

export const jsonType = 'application/json';
export const yamlType = 'application/yaml';
const transformations = new Set(['Table', 'PartialObjectMetadata', 'PartialObjectMetadataList']);

/** The ranges of an Accept header, the most wanted first; order decides between equals. */
export function parseAccept(header: string | undefined): MediaRange[] {
  if (header === undefined || header.trim() === '') return [{ type: '*/*', parameters: {} }];
  return header
    .split(',')
    .map((item) => {
      const [type = '', ...rest] = item.split(';').map((part) => part.trim());
      const parameters = Object.fromEntries(
        rest.map((part) => {
          const equals = part.indexOf('=');
          return equals < 0
            ? [part.toLowerCase(), '']
            : [part.slice(0, equals).trim().toLowerCase(), part.slice(equals + 1).trim()];
        }),
      ) as Record<string, string>;
      return { type: type.toLowerCase(), parameters, quality: quality(parameters.q) };
    })
    .filter(({ type, quality }) => type !== '' && quality > 0)
    .sort((a, b) => b.quality - a.quality);
}

/**
 * The first representation that the client asks for and that exists here.
 * @param transformable whether Tables and PartialObjectMetadata can be made of the answer
 * @throws StatusError 406
 */
export function negotiate(header: string | undefined, transformable: boolean): Representation {
  for (const range of parseAccept(header)) {
    const format = formatOf(range.type);
    if (!format) continue;
    const wanted = range.parameters.as;
    if (wanted === undefined) return { format };
    const as = transformable ? transformationOf(range) : undefined;
    if (as) return { format, as };
  }
  throw notAcceptableHere();
}

export function notAcceptableHere(): StatusError {
  return notAcceptable([jsonType, yamlType]);
}

function formatOf(type: string): 'json' | 'yaml' | undefined {
  if (type === jsonType || type === '*/*' || type === 'application/*') return 'json';
  return type === yamlType ? 'yaml' : undefined;
}

function transformationOf({ parameters }: MediaRange): Transformation | undefined {
  const { as: kind = '', g: group, v: version } = parameters;
  if (group !== 'meta.k8s.io' || !transformations.has(kind)) return undefined;
  if (version !== 'v1' && version !== 'v1beta1') return undefined;
  return { kind: kind as Transformation['kind'], version };
}

function quality(text: string | undefined): number {
  const value = Number(text ?? 1);
  return Number.isFinite(value) ? value : 1;
}
