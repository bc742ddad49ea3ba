import { expect } from 'chai';

import type { Pod } from '../../../lib/kubernetes/types/core-v1.js';
import type { Informer } from '../../resources/client.js';
import { makePod } from '../objects/builders.js';
import { OwnWrites } from './own-writes.js';

class LaggingInformer {
  at = 10;
  readonly pods = new Map<string, Pod>();
  revision = (): number => this.at;
  get = (_namespace: string, name: string): Pod | undefined => this.pods.get(name);
}

describe('OwnWrites', () => {
  const setup = (): { informer: LaggingInformer; writes: OwnWrites<Pod> } => {
    const informer = new LaggingInformer();
    return { informer, writes: new OwnWrites(informer as unknown as Informer<Pod>) };
  };
  const created = (revision: number): Pod => {
    const pod = makePod('p');
    return { ...pod, metadata: { ...pod.metadata, resourceVersion: String(revision) } };
  };

  it('is not reflected until the informer has come to the revision of the newest creation', () => {
    const { informer, writes } = setup();
    writes.created('owner', created(12));
    writes.created('owner', created(11));
    expect(writes.isReflected('owner')).to.equal(false);
    expect(writes.isReflected('other')).to.equal(true);
    informer.at = 12;
    expect(writes.isReflected('owner')).to.equal(true);
  });

  it('is not reflected until the informer shows a deleted pod gone or going', () => {
    const { informer, writes } = setup();
    const pod = makePod('p', { uid: 'one' });
    informer.pods.set('p', pod);
    writes.deleted('owner', pod);
    expect(writes.isReflected('owner')).to.equal(false);
    informer.pods.set('p', makePod('p', { uid: 'one', deleting: true }));
    expect(writes.isReflected('owner')).to.equal(true);
  });

  it('takes a new pod of the same name for another one', () => {
    const { informer, writes } = setup();
    const pod = makePod('p', { uid: 'one' });
    writes.deleted('owner', pod);
    informer.pods.set('p', makePod('p', { uid: 'two' }));
    expect(writes.isReflected('owner')).to.equal(true);
  });

  it('stays doubtful until it is told what the store holds, then waits for the cache', () => {
    const { informer, writes } = setup();
    writes.doubt('owner');
    expect(writes.isReflected('owner')).to.equal(true);
    expect(writes.isDoubtful('owner')).to.equal(true);
    writes.resolve('owner', [created(15)]);
    expect(writes.isDoubtful('owner')).to.equal(false);
    expect(writes.isReflected('owner')).to.equal(false);
    informer.at = 15;
    expect(writes.isReflected('owner')).to.equal(true);
  });
});
