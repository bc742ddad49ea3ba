import type { DoctorContext, Role } from './context.js';

/** What is to be said of one thing that was looked at. A failure keeps Longshore from working; a warning does not. */
export type Verdict =
  | { status: 'ok' | 'skipped'; message: string }
  /** `fix` is a command, or where there is none, a sentence. */
  | { status: 'warning' | 'failure'; message: string; fix: string };

export interface Check {
  readonly name: string;
  /** Whose machine it matters on. */
  readonly roles: readonly Role[];
  /** Looks and judges; changes nothing on the machine. */
  examine(context: DoctorContext): Promise<Verdict[]>;
}

/** A check out of a thin reader and a pure judgement of what it read. */
export function defineCheck<Reading>(options: {
  name: string;
  roles: readonly Role[];
  read: (context: DoctorContext) => Promise<Reading>;
  judge: (reading: Reading) => Verdict[];
}): Check {
  const { name, roles, read, judge } = options;
  return { name, roles, examine: async (context) => judge(await read(context)) };
}

export function ok(message: string): Verdict {
  return { status: 'ok', message };
}

export function skipped(message: string): Verdict {
  return { status: 'skipped', message };
}

export function warning(message: string, fix: string): Verdict {
  return { status: 'warning', message, fix };
}

export function failure(message: string, fix: string): Verdict {
  return { status: 'failure', message, fix };
}
