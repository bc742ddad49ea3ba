import { everything, type Selection } from '../../resources/registry/selection.js';

/** One object by name, for a watch on the path of an object; everything when `name` is empty. */
export function exactNameSelection(name: string): Selection {
  return name === '' ? everything : { everything: false, matches: (object) => object.metadata.name === name };
}
