import type { RawData } from 'ws';

/** Kubernetes' remote command protocol over WebSocket: the first byte of a message is its channel. */
export const remoteChannel = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const;

/** Versions of it that are spoken, most preferred first; v5 has v4's channels and can close one. */
export const remoteCommandProtocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io'] as const;

export function remoteMessage(channel: number, data: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([channel]), data]);
}

/** A message of the library as one buffer, however it came. */
export function messageBytes(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return Buffer.isBuffer(data) ? data : Buffer.from(data);
}
