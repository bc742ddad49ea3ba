import winston from 'winston';

import { sourceStack } from './source-stack.js';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/**
 * Structured log: a constant message and fields. Info for transitions, debug for steps;
 * an error is logged once, where it is handled. Never pass a secret as a field.
 */
export interface Logger {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
  /** A logger that adds `fields` to every line. */
  child(fields: Record<string, unknown>): Logger;
}

/**
 * A logger that writes one JSON object a line to standard error.
 * @param options.component name of the process: control-plane, kubelet-agent, kube-proxy, cli
 * @param options.level default info
 */
export function createLogger(options: { component: string; level?: LogLevel }): Logger {
  const backend = winston.createLogger({
    level: options.level ?? 'info',
    format: winston.format.combine(winston.format.timestamp(), winston.format(plainErrors)(), winston.format.json()),
    defaultMeta: { component: options.component },
    transports: [new winston.transports.Console({ stderrLevels: ['debug', 'info', 'warn', 'error'] })],
  });
  return wrap(backend);
}

/** A logger that drops everything, for tests that do not look at the log. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLogger,
};

function wrap(backend: winston.Logger): Logger {
  return {
    debug: (message, fields) => void backend.debug(message, fields),
    info: (message, fields) => void backend.info(message, fields),
    warn: (message, fields) => void backend.warn(message, fields),
    error: (message, fields) => void backend.error(message, fields),
    child: (fields) => wrap(backend.child(fields)),
  };
}

/** Errors have no enumerable fields; name what a reader needs. */
function plainErrors(info: winston.Logform.TransformableInfo): winston.Logform.TransformableInfo {
  for (const [key, value] of Object.entries(info)) {
    if (value instanceof Error) {
      info[key] = {
        name: value.name,
        message: value.message,
        stack: sourceStack(value.stack),
        ...('code' in value ? { code: value.code } : {}),
      };
    }
  }
  return info;
}
