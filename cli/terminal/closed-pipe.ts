/**
 * Ends the process quietly once nobody reads its output any more, as `longshore get pods | head`
 * has it: that is no failure.
 */
export function endWithClosedPipe(stream: NodeJS.WriteStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
}
