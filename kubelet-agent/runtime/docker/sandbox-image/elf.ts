import type { Architecture } from './sandbox-program.js';

const headerBytes = 64;
const programHeaderBytes = 56;
const codeOffset = headerBytes + programHeaderBytes;
const loadAddress = 0x400000n;
/** Largest page size that Linux uses on either architecture. */
const alignment = 0x10000n;
const machines: Record<Architecture, number> = { amd64: 62, arm64: 183 };

/**
 * A static executable of one segment, mapped readable and executable, that starts at the
 * first byte of `code` (System V ABI, "Object Files").
 */
export function elfExecutable(architecture: Architecture, code: Uint8Array): Uint8Array {
  const file = Buffer.alloc(codeOffset + code.length);
  // ELF header: 64 bit, little endian, version 1, System V.
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0]);
  file.writeUInt16LE(2, 16); // e_type: executable
  file.writeUInt16LE(machines[architecture], 18); // e_machine
  file.writeUInt32LE(1, 20); // e_version
  file.writeBigUInt64LE(loadAddress + BigInt(codeOffset), 24); // e_entry
  file.writeBigUInt64LE(BigInt(headerBytes), 32); // e_phoff
  file.writeUInt16LE(headerBytes, 52); // e_ehsize
  file.writeUInt16LE(programHeaderBytes, 54); // e_phentsize
  file.writeUInt16LE(1, 56); // e_phnum
  file.writeUInt16LE(64, 58); // e_shentsize, of no sections
  // Program header: the whole file, as it is.
  file.writeUInt32LE(1, 64); // p_type: load
  file.writeUInt32LE(5, 68); // p_flags: read, execute
  file.writeBigUInt64LE(0n, 72); // p_offset
  file.writeBigUInt64LE(loadAddress, 80); // p_vaddr
  file.writeBigUInt64LE(loadAddress, 88); // p_paddr
  file.writeBigUInt64LE(BigInt(file.length), 96); // p_filesz
  file.writeBigUInt64LE(BigInt(file.length), 104); // p_memsz
  file.writeBigUInt64LE(alignment, 112); // p_align
  file.set(code, codeOffset);
  return file;
}
