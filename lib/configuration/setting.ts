import { Option } from 'commander';

import { collectValues, environmentName } from '../command-line/options.js';

/** How a value reads in a file: a word or number, a list, or names with values. */
export type ValueShape = 'scalar' | 'list' | 'map';

/**
 * One thing that a program can be told: as a flag (`--data-dir`), in the environment
 * (LONGSHORE_DATA_DIR) and in a configuration file (`dataDir`). One parser reads the same
 * text from all three.
 */
export class Setting extends Option {
  shape: ValueShape = 'scalar';
  /** Never shown. */
  secret = false;

  constructor(flags: string, description: string) {
    super(flags, description);
    this.env(environmentName(flags));
  }

  /** A list: the flag is repeated, or commas separate. @param parse of the whole text */
  list(parse: (text: string) => unknown = collectValues()): this {
    this.shape = 'list';
    return this.argParser(parse);
  }

  /** Names with values; as text, a=1,b=2. @param parse of the whole text */
  map(parse: (text: string) => unknown): this {
    this.shape = 'map';
    return this.argParser(parse);
  }

  keepSecret(): this {
    this.secret = true;
    return this;
  }

  /** The name in a file, and of the property that holds the value. */
  get key(): string {
    return this.attributeName();
  }

  /** @throws InvalidArgumentError when the text is no value of this setting */
  read(text: string): unknown {
    return this.parseArg ? this.parseArg<unknown>(text, undefined) : text;
  }
}

/** The setting of that name. @throws Error when there is none */
export function settingNamed(settings: readonly Setting[], key: string): Setting {
  const found = settings.find((setting) => setting.key === key);
  if (!found) throw new Error(`there is no setting ${key}`);
  return found;
}
