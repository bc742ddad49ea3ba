/** From the agent to the program in a pod's network namespace. */
export interface DialRequest {
  id: number;
  port: number;
}

/** Back; a connected socket travels with the message, unless there is an error. */
export type DialAnswer = { ready: true } | { id: number; error?: string };
