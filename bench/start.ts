import { Compose } from '../cli/lab/compose.js';
import { renderMegabytes, renderTable } from '../cli/terminal/table.js';
import { LongshoreError } from '../lib/errors/errors.js';
import { type LabStart, measureLabStart } from './lab-start.js';
import { median, seconds } from './median.js';
import { type Checkout, checkOut, thisCheckout } from './start/checkout.js';
import { measureDockerStart, measureJoin, type Start } from './start/docker-start.js';
import { measureFakeStart } from './start/fake-start.js';

interface Case {
  name: string;
  aim: string;
  measure: (checkout: Checkout) => Promise<Start>;
  /** The other revision has it too. */
  comparable: boolean;
}

const cases: Case[] = [
  { name: 'fake cluster, 3 nodes Ready', aim: '1.00 s', measure: measureFakeStart, comparable: false },
  { name: 'docker cluster, 3 nodes Ready', aim: '5.00 s', measure: measureDockerStart, comparable: true },
  { name: 'agent joins a cluster, Ready', aim: '-', measure: measureJoin, comparable: true },
];

/** A bare single-node Kubernetes 1.20 on the machine that these aims were set on, for orientation. */
const orientation =
  'for orientation: a bare single-node Kubernetes 1.20 took 16 s, 560 MB (control plane) and 146 MB (kubelet, proxy)';

/**
 * How long starts take, and what memory each part has then. The first start of each program
 * keeps its code cache (ADR 15) and is not counted.
 * @param options.rounds the median of so many counts
 * @param options.compare a revision that is measured in turn with this one
 */
export async function benchStart(options: { rounds: number; compare: string | undefined; lab: boolean }): Promise<string> {
  const { compare } = options;
  if (compare === undefined) return measureAll(options, undefined);
  await using other = await checkOut(compare);
  return await measureAll(options, other);
}

async function measureAll({ rounds, lab }: { rounds: number; lab: boolean }, other: Checkout | undefined): Promise<string> {
  const rows = [['START', thisCheckout.name.toUpperCase(), 'AIM', ...(other ? [other.name, 'RATIO'] : [])]];
  const memory = [['PART', 'START', 'RESIDENT', 'PROPORTIONAL', ...(other ? [`RESIDENT ${other.name}`] : [])]];
  for (const { name, aim, measure, comparable } of cases) {
    const compared = comparable ? other : undefined;
    const [ours, theirs]: [Start[], Start[]] = [[], []];
    for (let round = 0; round <= rounds; round++) {
      const [one, another] = [await measure(thisCheckout), compared && (await measure(compared))];
      if (round === 0) continue;
      ours.push(one);
      if (another) theirs.push(another);
    }
    const [now, before] = [ours, theirs].map((starts) => median(starts.map(({ ms }) => ms))) as [number, number];
    rows.push([name, seconds(now), aim, ...(other ? [seconds(before), compared ? (now / before).toFixed(2) : '-'] : [])]);
    for (const [part, { resident, proportional }] of partsOf(ours)) {
      const former = partsOf(theirs).get(part)?.resident;
      const figures = [resident, proportional].map(renderMegabytes);
      if (other) figures.push(former === undefined ? '-' : renderMegabytes(former));
      memory.push([part, name, ...figures]);
    }
  }
  const started = lab ? await tryLab() : 'left out by --no-lab';
  const nothing = other ? ['-', '-'] : [];
  rows.push(['lab, 3 nodes Ready', typeof started === 'string' ? '-' : `${seconds(started.upMs)} (once)`, '-', ...nothing]);
  if (typeof started !== 'string') {
    for (const [part, bytes] of started.residentBytes)
      memory.push([part, 'lab, 3 nodes Ready', renderMegabytes(bytes), '-', ...(other ? ['-'] : [])]);
  }
  const note = typeof started === 'string' ? `the lab was not measured: ${started}` : '';
  return [`median of ${rounds}`, renderTable(rows), note, renderTable(memory), '', orientation].filter(Boolean).join('\n');
}

/** @returns why there is no measurement where compose is not installed */
async function tryLab(): Promise<LabStart | string> {
  try {
    await Compose.find('longshore-lab-bench');
  } catch (thrown) {
    return LongshoreError.from(thrown).message;
  }
  return measureLabStart();
}

/** Medians over all processes of a kind. */
function partsOf(starts: readonly Start[]): Map<string, { resident: number; proportional: number }> {
  const all = starts.flatMap(({ memory }) => memory);
  const parts = [...new Set(all.map(({ part }) => part))].sort();
  return new Map(
    parts.map((part) => {
      const own = all.filter((process) => process.part === part);
      return [
        part,
        {
          resident: median(own.map(({ residentBytes }) => residentBytes)),
          proportional: median(own.map(({ proportionalBytes }) => proportionalBytes)),
        },
      ];
    }),
  );
}
