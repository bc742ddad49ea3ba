import { invalid, notSupported, typeInvalid, type FieldCause } from '../causes.js';

/** Turns a JSON value into its canonical form; undefined when there is nothing to keep. */
export type Decode = (value: unknown, context: DecodeContext) => unknown;

/** A field that the type does not have. */
export interface UnknownField {
  /** spec.template.spec.contaners */
  readonly path: string;
  /** The name that was probably meant. */
  readonly suggestion?: string;
}

/** Nesting and size beyond which a document is refused, whoever sent it. */
const maxDepth = 64;
const maxValues = 500_000;

/** Where the decoder is, and what it has found wrong so far. */
export class DecodeContext {
  readonly causes: FieldCause[] = [];
  readonly unknown: UnknownField[] = [];
  readonly #path: (string | number)[] = [];
  #values = 0;

  /** Decodes a child at `step`: a field name, or an index, or a map key in brackets. */
  at(step: string | number, decode: Decode, value: unknown): unknown {
    this.#values += 1;
    if (this.#values > maxValues || this.#path.length >= maxDepth) return this.#tooBig();
    this.#path.push(step);
    const decoded = decode(value, this);
    this.#path.pop();
    return decoded;
  }

  /** The path of the value being decoded, or of its child. */
  path(child?: string): string {
    let text = '';
    for (const step of child === undefined ? this.#path : [...this.#path, child]) {
      if (typeof step === 'number') text += `[${step}]`;
      else if (step.startsWith('[')) text += step;
      else text += text === '' ? step : `.${step}`;
    }
    return text;
  }

  wrongType(value: unknown, detail: string): unknown {
    this.causes.push(typeInvalid(this.path(), value, detail));
    return undefined;
  }

  unsupported(value: string, supported: readonly string[]): unknown {
    this.causes.push(notSupported(this.path(), value, supported));
    return undefined;
  }

  invalid(value: unknown, detail: string): unknown {
    this.causes.push(invalid(this.path(), value, detail));
    return undefined;
  }

  unknownField(name: string, suggestion: string | undefined): void {
    this.unknown.push({ path: this.path(name), ...(suggestion === undefined ? {} : { suggestion }) });
  }

  /** A copy of what has no schema. */
  freeForm(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value;
    const copy: Decode = (child, context) => context.freeForm(child);
    if (Array.isArray(value)) return value.map((item, index) => this.at(index, copy, item));
    const out: Record<string, unknown> = {};
    for (const [key, child] of Object.entries(value)) if (key !== '__proto__') out[key] = this.at(key, copy, child);
    return out;
  }

  #tooBig(): unknown {
    if (this.causes.length === 0) {
      this.causes.push(
        invalid(this.path(), '', `the object is nested deeper than ${maxDepth} levels or has more than ${maxValues} values`),
      );
    }
    return undefined;
  }
}
