import { describeJudgement } from './judgement-cases.js';
import { judgeMemory } from './memory.js';

const mebibyte = 1024 * 1024;
const of = (total: number, available: number): { totalBytes: number; availableBytes: number } => ({
  totalBytes: total * mebibyte,
  availableBytes: available * mebibyte,
});

describeJudgement('memory', judgeMemory, [
  { of: 'a small machine', reading: of(1024, 700), says: [['ok', '700 MiB of 1024 MiB']] },
  { of: 'a machine that is too small', reading: of(480, 300), says: [['warning', '512 MiB']] },
  { of: 'a machine that is full', reading: of(4096, 100), says: [['warning', 'ps aux']] },
]);
