import { InvalidArgumentError } from 'commander';

/** The variable of the environment for a flag: `--data-dir` is LONGSHORE_DATA_DIR there. */
export function environmentName(flags: string): string {
  const name = /--([a-z-]+)/.exec(flags)?.[1] ?? '';
  return `LONGSHORE_${name.replaceAll('-', '_').toUpperCase()}`;
}

/** Gathers a repeated option; in one value, commas separate. The first use replaces the default. */
export function collectValues(): (value: string) => string[] {
  const values: string[] = [];
  return (value) => {
    values.push(...value.split(',').map((part) => part.trim()));
    return values;
  };
}

/** @throws InvalidArgumentError */
export function parsePort(value: string): number {
  const port = Number(value);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new InvalidArgumentError('A port is 0 to 65535.');
  return port;
}

/** @throws InvalidArgumentError */
export function parseWholeNumber(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('It must be a whole number above 0.');
  return number;
}

/** "90s", "30m", "24h", "7d" in milliseconds. @throws InvalidArgumentError */
export function parseDuration(value: string): number {
  const units: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
  const [, amount, unit = ''] = /^(\d+)([smhd])$/.exec(value) ?? [];
  if (amount === undefined || Number(amount) < 1) throw new InvalidArgumentError('A duration reads 90s, 30m, 24h or 7d.');
  return Number(amount) * (units[unit] ?? 0);
}
