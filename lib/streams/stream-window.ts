/** Data that one side of an Attach stream may send beyond what it was granted, in bytes; see streams.proto. */
export const streamWindowBytes = 256 * 1024;
/** Largest piece of data in one message, in bytes. */
export const frameBytes = 32 * 1024;
