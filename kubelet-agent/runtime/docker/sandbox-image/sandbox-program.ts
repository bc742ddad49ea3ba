import { assemble, littleEndian, type Item } from './assembler.js';

/*
 * The one process of a sandbox. As PID 1 of the pod (with shareProcessNamespace) it must
 * reap what is orphaned, and it must go at once when told to:
 *
 *   block SIGINT, SIGTERM and SIGCHLD
 *   wait:  signal = next blocked signal
 *          SIGCHLD       -> reap every dead child, then wait
 *          error (EINTR) -> wait
 *          else          -> exit 0
 *
 * Blocked signals need no handler (so no stack, no restorer), and are kept for PID 1 too,
 * where the kernel drops unblocked ones that have none (signal(7), pid_namespaces(7)).
 */
const sigint = 2;
const sigterm = 15;
const sigchld = 17;
const signalSet = littleEndian(
  [sigint, sigterm, sigchld].map((signal) => 2 ** (signal - 1)).reduce((a, b) => a + b),
  8,
);
const signalSetSize = 8;
const wnohang = 1;

export type Architecture = 'amd64' | 'arm64';

/** Position-independent machine code; its entry is its first byte. */
export function sandboxProgram(architecture: Architecture): Uint8Array {
  return assemble(architecture === 'amd64' ? amd64() : arm64());
}

/** System V: number in eax, arguments in rdi, rsi, rdx, r10; result in rax. */
function amd64(): Item[] {
  const syscall = [0x0f, 0x05];
  const movEax = (value: number): number[] => [0xb8, ...littleEndian(value, 4)];
  const movEdi = (value: number): number[] => [0xbf, ...littleEndian(value, 4)];
  const movEdx = (value: number): number[] => [0xba, ...littleEndian(value, 4)];
  const movR10d = (value: number): number[] => [0x41, 0xba, ...littleEndian(value, 4)];
  const zeroEdi = [0x31, 0xff];
  const zeroEsi = [0x31, 0xf6];
  const zeroEdx = [0x31, 0xd2];
  const zeroR10d = [0x45, 0x31, 0xd2];
  const cmpEax = (value: number): number[] => [0x83, 0xf8, value];
  const testEax = [0x85, 0xc0];
  // lea reg, [rip + distance]: seven bytes, counted from the next instruction.
  const lea = (register: number, to: string): Item => ({
    size: 7,
    to,
    encode: (distance) => [0x48, 0x8d, register, ...littleEndian(distance - 7, 4)],
  });
  const leaRdi = (to: string): Item => lea(0x3d, to);
  const leaRsi = (to: string): Item => lea(0x35, to);
  const jump = (opcode: number, to: string): Item => ({
    size: 2,
    to,
    encode: (distance) => [opcode, ...littleEndian(distance - 2, 1)],
  });
  const je = (to: string): Item => jump(0x74, to);
  const js = (to: string): Item => jump(0x78, to);
  const jg = (to: string): Item => jump(0x7f, to);
  const jmp = (to: string): Item => jump(0xeb, to);

  return [
    // rt_sigprocmask(SIG_BLOCK, &set, NULL, 8)
    ...[movEax(14), zeroEdi, leaRsi('set'), zeroEdx, movR10d(signalSetSize), syscall],
    { label: 'wait' },
    // rt_sigtimedwait(&set, NULL, NULL, 8)
    ...[movEax(128), leaRdi('set'), zeroEsi, zeroEdx, movR10d(signalSetSize), syscall],
    ...[cmpEax(sigchld), je('reap')],
    ...[testEax, js('wait')],
    // exit_group(0)
    ...[movEax(231), zeroEdi, syscall],
    { label: 'reap' },
    // wait4(-1, NULL, WNOHANG, NULL)
    ...[movEax(61), movEdi(-1), zeroEsi, movEdx(wnohang), zeroR10d, syscall],
    ...[testEax, jg('reap'), jmp('wait')],
    { label: 'set' },
    signalSet,
  ];
}

/** AArch64: number in x8, arguments in x0 to x3; result in x0. Every instruction is four bytes. */
function arm64(): Item[] {
  const word = (value: number): number[] => littleEndian(value, 4);
  const movz = (register: number, value: number): number[] => word(0xd2800000 + value * 2 ** 5 + register);
  const minusOne = (register: number): number[] => word(0x92800000 + register);
  const svc = word(0xd4000001);
  const cmpW0 = (value: number): number[] => word(0x7100001f + value * 2 ** 10);
  const adr = (register: number, to: string): Item => ({
    size: 4,
    to,
    encode: (distance) => {
      const offset = distance & 0x1fffff;
      return word(0x10000000 + (offset & 3) * 2 ** 29 + (offset >> 2) * 2 ** 5 + register);
    },
  });
  const branchIf = (condition: number, to: string): Item => ({
    size: 4,
    to,
    encode: (distance) => word(0x54000000 + ((distance >> 2) & 0x7ffff) * 2 ** 5 + condition),
  });
  const beq = (to: string): Item => branchIf(0x0, to);
  const blt = (to: string): Item => branchIf(0xb, to);
  const bgt = (to: string): Item => branchIf(0xc, to);
  const b = (to: string): Item => ({ size: 4, to, encode: (distance) => word(0x14000000 + ((distance >> 2) & 0x3ffffff)) });

  return [
    // rt_sigprocmask(SIG_BLOCK, &set, NULL, 8)
    ...[movz(8, 135), movz(0, 0), adr(1, 'set'), movz(2, 0), movz(3, signalSetSize), svc],
    { label: 'wait' },
    // rt_sigtimedwait(&set, NULL, NULL, 8)
    ...[movz(8, 137), adr(0, 'set'), movz(1, 0), movz(2, 0), movz(3, signalSetSize), svc],
    ...[cmpW0(sigchld), beq('reap')],
    ...[cmpW0(0), blt('wait')],
    // exit_group(0)
    ...[movz(8, 94), movz(0, 0), svc],
    { label: 'reap' },
    // wait4(-1, NULL, WNOHANG, NULL)
    ...[movz(8, 260), minusOne(0), movz(1, 0), movz(2, wnohang), movz(3, 0), svc],
    ...[cmpW0(0), bgt('reap'), b('wait')],
    { label: 'set' },
    signalSet,
  ];
}
