export { exitCodeOf, exitCodes } from '../lib/errors/exit-codes.js';
