/**
 * Paths of object keys that a JSON text gives more than once; JSON.parse keeps the last
 * and says nothing. The text must be valid JSON.
 */
export function duplicateFields(text: string): string[] {
  return new Scanner(text).run();
}

interface Frame {
  readonly keys: Set<string> | undefined;
  /** Path of the container. */
  readonly path: string;
  index: number;
  key: string;
}

class Scanner {
  readonly #text: string;
  readonly #found: string[] = [];
  readonly #frames: Frame[] = [];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  run(): string[] {
    while (this.#at < this.#text.length) {
      const character = this.#text[this.#at];
      const top = this.#frames.at(-1);
      if (character === '{') this.#open(new Set());
      else if (character === '[') this.#open(undefined);
      else if (character === '}' || character === ']') this.#frames.pop();
      else if (character === ',' && top) top.index += 1;
      else if (character === '"') {
        this.#string(top);
        continue;
      }
      this.#at += 1;
    }
    return this.#found;
  }

  #open(keys: Set<string> | undefined): void {
    this.#frames.push({ keys, path: childPath(this.#frames.at(-1)), index: 0, key: '' });
  }

  /** Reads the string at the cursor; it is a key when a colon follows. */
  #string(frame: Frame | undefined): void {
    const start = this.#at;
    this.#at += 1;
    while (this.#at < this.#text.length && this.#text[this.#at] !== '"') this.#at += this.#text[this.#at] === '\\' ? 2 : 1;
    this.#at += 1;
    const end = this.#at;
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at += 1;
    if (this.#text[this.#at] !== ':' || !frame?.keys) return;
    const key = JSON.parse(this.#text.slice(start, end)) as string;
    frame.key = key;
    if (frame.keys.has(key)) this.#found.push(childPath(frame));
    frame.keys.add(key);
  }
}

function childPath(frame: Frame | undefined): string {
  if (!frame) return '';
  if (!frame.keys) return `${frame.path}[${frame.index}]`;
  return frame.path === '' ? frame.key : `${frame.path}.${frame.key}`;
}
