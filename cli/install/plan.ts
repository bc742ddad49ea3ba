/** One thing that an installation makes; done already, it is left alone. */
export type Step =
  | { kind: 'user'; name: string; home: string }
  | { kind: 'directory'; path: string; mode: number; owner?: string }
  | { kind: 'file'; path: string; mode: number; content: string; secret?: true }
  /** Enabled, and running by the newest of `files`. */
  | { kind: 'service'; unit: string; files: readonly string[] };

export interface Plan {
  readonly steps: readonly Step[];
  /** Commands that run in the foreground what the services would. */
  readonly byHand: readonly string[];
}

/** What would be done, as files and commands. Pure. */
export function renderPlan({ steps }: Plan): string {
  return steps.map(renderStep).join('\n');
}

function renderStep(step: Step): string {
  switch (step.kind) {
    case 'user':
      return `$ ${['useradd', ...userArguments(step)].join(' ')}\n`;
    case 'directory':
      return `$ install -d -m ${octal(step.mode)}${step.owner === undefined ? '' : ` -o ${step.owner} -g ${step.owner}`} ${step.path}\n`;
    case 'file':
      return `# ${step.path} (${octal(step.mode)})\n${step.secret ? '(not shown)\n' : step.content}`;
    case 'service':
      return `$ systemctl enable --now ${step.unit}\n`;
  }
}

/** For useradd: a user that owns files and cannot log in. */
export function userArguments({ name, home }: { name: string; home: string }): string[] {
  return ['--system', '--user-group', '--no-create-home', '--home-dir', home, '--shell', '/usr/sbin/nologin', name];
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}
