/** Kubernetes' PodLogOptions: what the API asks the node plane for. */
export interface PodLogOptions {
  /** Keep the stream open for what is still to come. */
  readonly follow: boolean;
  /** The container's former attempt instead of the current one. */
  readonly previous: boolean;
  /** Every line begins with its time, RFC 3339 with nanoseconds. */
  readonly timestamps: boolean;
  /** Only the last lines; undefined: all. */
  readonly tailLines?: number;
  /** Only lines since this time, ms since the epoch. */
  readonly sinceMs?: number;
  /** End after this many bytes. */
  readonly limitBytes?: number;
}
