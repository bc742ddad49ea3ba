import type { Headers } from './header-codec.js';

/** Frames of SPDY/3.1, as far as Kubernetes' clients and servers send them. */
export type Frame =
  | { type: 'synStream'; streamId: number; fin: boolean; headers: Headers }
  | { type: 'synReply'; streamId: number; fin: boolean; headers: Headers }
  | { type: 'headers'; streamId: number; fin: boolean; headers: Headers }
  | { type: 'rstStream'; streamId: number; status: number }
  | { type: 'settings'; settings: ReadonlyMap<number, number> }
  | { type: 'ping'; id: number }
  | { type: 'goAway'; lastStreamId: number; status: number }
  | { type: 'windowUpdate'; streamId: number; bytes: number }
  | { type: 'data'; streamId: number; fin: boolean; data: Buffer };

/** Numbers of the control frames. */
export const frameNumber = {
  synStream: 1,
  synReply: 2,
  rstStream: 3,
  settings: 4,
  ping: 6,
  goAway: 7,
  headers: 8,
  windowUpdate: 9,
} as const;

export const finFlag = 0x01;
export const spdyVersion = 3;
/** The setting that tells how much a stream may send before the first WINDOW_UPDATE. */
export const initialWindowSetting = 7;
export const maxStreamId = 0x7fffffff;

/** Why a stream is reset. */
export const resetStatus = { protocolError: 1, invalidStream: 2, refusedStream: 3, cancel: 5 } as const;
