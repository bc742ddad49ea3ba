/** What one probe found. `unknown` (the probe itself could not run) changes nothing. */
export interface ProbeOutcome {
  result: 'success' | 'failure' | 'unknown';
  /** For the event, in Kubernetes' words; empty for a success. */
  message: string;
}

export const success: ProbeOutcome = { result: 'success', message: '' };

export function failure(message: string): ProbeOutcome {
  return { result: 'failure', message };
}
