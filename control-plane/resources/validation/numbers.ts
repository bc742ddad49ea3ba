import { invalid, required, type FieldCause } from '../causes.js';

export function validateNonNegative(value: number | undefined, field: string): FieldCause[] {
  return value !== undefined && value < 0 ? [invalid(field, value, 'must be greater than or equal to 0')] : [];
}

export function validatePositive(value: number | undefined, field: string): FieldCause[] {
  return value !== undefined && value <= 0 ? [invalid(field, value, 'must be greater than 0')] : [];
}

/** A port number from 1 to 65535. */
export function validatePort(port: number | undefined, field: string): FieldCause[] {
  if (port === undefined) return [required(field)];
  return port >= 1 && port <= 65_535 ? [] : [invalid(field, port, 'must be between 1 and 65535, inclusive')];
}
