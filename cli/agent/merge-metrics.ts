/**
 * Several pages of Prometheus' text format as one: the samples of a metric that more than one
 * page has stand together, below one HELP and TYPE. The pages' labels must tell their samples
 * apart. Pure.
 */
export function mergeMetrics(pages: readonly string[]): string {
  const families = new Map<string, { header: string[]; samples: string[] }>();
  for (const page of pages) {
    let family: { header: string[]; samples: string[] } | undefined;
    for (const line of page.split('\n')) {
      const [, name] = /^# (?:HELP|TYPE) (\S+)/.exec(line) ?? [];
      if (name !== undefined) {
        family = families.get(name) ?? { header: [], samples: [] };
        families.set(name, family);
        const kind = line.slice(0, 6);
        if (!family.header.some((header) => header.startsWith(kind))) family.header.push(line);
      } else if (line !== '' && !line.startsWith('#')) family?.samples.push(line);
    }
  }
  return [...families.values()].map(({ header, samples }) => [...header, ...samples, ''].join('\n')).join('\n');
}
