/** What an object says about something that is waited for. */
export interface Verdict {
  met: boolean;
  /** The state that was seen, in a few words. */
  observed: string;
  /** Whether it cannot be met any more. */
  hopeless?: boolean;
}

export const met = (observed: string): Verdict => ({ met: true, observed });
export const waiting = (observed: string): Verdict => ({ met: false, observed });
