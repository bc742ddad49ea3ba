import { type Answer } from 'dns-packet';

/** Seconds that a client may keep an answer about the cluster; endpoints change quickly. */
export const clusterTtl = 5;

export type Rcode = 'NOERROR' | 'NXDOMAIN' | 'SERVFAIL' | 'REFUSED' | 'NOTIMP';

/** What is answered to one question. */
export interface Reply {
  rcode: Rcode;
  authoritative: boolean;
  answers: Answer[];
  authorities: Answer[];
  additionals: Answer[];
}

export function addressRecord(name: string, address: string): Answer {
  return { type: 'A', name, ttl: clusterTtl, data: address };
}

/** An answer of the cluster's own zone. */
export function found(answers: Answer[], additionals: Answer[] = []): Reply {
  return { rcode: 'NOERROR', authoritative: true, answers, authorities: [], additionals };
}

/** The name exists, but has no such record. */
export function noData(domain: string): Reply {
  return { ...found([]), authorities: [startOfAuthority(domain)] };
}

/** There is no such name. */
export function noSuchName(domain: string): Reply {
  return { ...noData(domain), rcode: 'NXDOMAIN' };
}

/** An answer without records. */
export function failed(rcode: Rcode): Reply {
  return { ...found([]), rcode, authoritative: false };
}

/** Says who is asked and for how long a "no" may be kept. */
function startOfAuthority(domain: string): Answer {
  return {
    type: 'SOA',
    name: domain,
    ttl: clusterTtl,
    data: {
      mname: `ns.dns.${domain}`,
      rname: `hostmaster.${domain}`,
      serial: 1,
      refresh: 7_200,
      retry: 1_800,
      expire: 86_400,
      minimum: clusterTtl,
    },
  };
}
