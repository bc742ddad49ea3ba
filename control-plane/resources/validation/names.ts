const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const formats = {
  subdomain: {
    maxLength: 253,
    pattern: new RegExp(`^${label}(\\.${label})*$`),
    message: `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${label}(\\.${label})*')`,
  },
  label: {
    maxLength: 63,
    pattern: new RegExp(`^${label}$`),
    message: `a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '${label}')`,
  },
  /** DNS-1035: a name that may stand for a service in DNS and in environment variables. */
  service: {
    maxLength: 63,
    pattern: /^[a-z]([-a-z0-9]*[a-z0-9])?$/,
    message: `a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')`,
  },
  /** IANA_SVC_NAME, without the rules that regular expressions cannot say. */
  portName: {
    maxLength: 15,
    pattern: /^(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*$/,
    message:
      "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-), at least one letter (a-z), no two hyphens in a row, and must begin and end with an alphanumeric character (e.g. '8080-http')",
  },
  /** Keys of ConfigMaps and Secrets. */
  configKey: {
    maxLength: 253,
    pattern: /^(?!\.\.?$)(?!\.\.)[-._a-zA-Z0-9]+$/,
    message:
      "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
  },
  'path-segment': {
    maxLength: 253,
    pattern: /^(?!\.\.?$)[^/%]+$/,
    message: "may not be '.' or '..' and may not contain '/' or '%'",
  },
} as const;

export type NameFormat = keyof typeof formats;

/** What is wrong with a name, worded as Kubernetes words it; undefined when it is good. */
export function nameProblem(name: string, format: NameFormat): string | undefined {
  const { maxLength, pattern, message } = formats[format];
  if (name.length > maxLength) return `must be no more than ${maxLength} characters`;
  return pattern.test(name) ? undefined : message;
}
