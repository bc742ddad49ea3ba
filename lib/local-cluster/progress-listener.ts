/** Is told the steps of a long piece of work; a terminal shows them, a test may ignore them. */
export interface ProgressListener {
  /** What is being waited for now. */
  update(text: string): void;
  /** A step that has ended. */
  done(text: string): void;
}
