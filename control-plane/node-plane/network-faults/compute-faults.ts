/** A node as far as its place on the network goes. */
export interface NetworkNode {
  readonly name: string;
  /** Its agents come from another address than its own: they are behind NAT. */
  readonly behindNat: boolean;
  /** It is marked now. */
  readonly marked: boolean;
  /** Milliseconds since the epoch. */
  readonly createdAtMs: number;
}

/** What a node's kube-proxy says: the nodes that it has no route to. */
export interface RouteReport {
  readonly nodeName: string;
  readonly unreachableNodes: readonly string[];
}

/**
 * Which nodes are not on the network of the others, each with the unmarked ones that it has
 * no route to or from, in order of their names. Pure.
 *
 * The node with the most missing routes is at fault, then, without it, the next, until those
 * that are left all reach each other: a pod on one of them reaches the pods on all of them. Of
 * two with as many, it is the one behind NAT, then the one that is marked already (so that
 * nothing swings), then the younger.
 */
export function computeFaults(nodes: readonly NetworkNode[], reports: readonly RouteReport[]): Map<string, string[]> {
  const missing = missingRoutes(nodes, reports);
  const left = new Map(nodes.map((node) => [node.name, node]));
  const faults = new Set<string>();
  for (;;) {
    const conflicts = (name: string): number => [...(missing.get(name) ?? [])].filter((other) => left.has(other)).length;
    const candidates = [...left.values()].map((node) => ({ node, count: conflicts(node.name) })).filter(({ count }) => count > 0);
    const [worst] = candidates.sort((a, b) => b.count - a.count || suspicion(a.node, b.node));
    if (!worst) break;
    left.delete(worst.node.name);
    faults.add(worst.node.name);
  }
  return new Map([...faults].map((name) => [name, [...(missing.get(name) ?? [])].filter((other) => left.has(other)).sort()]));
}

/** Negative when `a` is to be suspected before `b`. */
function suspicion(a: NetworkNode, b: NetworkNode): number {
  return (
    Number(b.behindNat) - Number(a.behindNat) ||
    Number(b.marked) - Number(a.marked) ||
    b.createdAtMs - a.createdAtMs ||
    (a.name < b.name ? 1 : -1)
  );
}

/** A route that one of two nodes lacks is of no use to either. */
function missingRoutes(nodes: readonly NetworkNode[], reports: readonly RouteReport[]): Map<string, Set<string>> {
  const missing = new Map(nodes.map(({ name }) => [name, new Set<string>()]));
  for (const { nodeName, unreachableNodes } of reports) {
    for (const other of unreachableNodes) {
      if (!missing.has(nodeName) || !missing.has(other)) continue;
      missing.get(nodeName)?.add(other);
      missing.get(other)?.add(nodeName);
    }
  }
  return missing;
}
