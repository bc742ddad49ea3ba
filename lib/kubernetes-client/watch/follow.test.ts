import { expect } from 'chai';

import { FakeClock } from '../../clock/fake-clock.js';
import { LongshoreError } from '../../errors/errors.js';
import { follow, type Change, type FollowSource } from './follow.js';
import type { Frame } from './read-frames.js';
import { Observed } from './watch-events.js';

interface Item {
  apiVersion: string;
  kind: string;
  metadata: { name: string; resourceVersion: string };
}

const item = (name: string, resourceVersion: string): Item => ({
  apiVersion: 'v1',
  kind: 'Item',
  metadata: { name, resourceVersion },
});
const frame = (type: Frame<unknown>['type'], object: unknown): Frame<unknown> => ({ type, object });
const expired = frame('ERROR', { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' });

/** A server that plays answers in order, and notes what it was asked. */
class Script implements FollowSource<Item> {
  readonly asked: string[] = [];
  readonly #lists: (Item[] | LongshoreError)[];
  readonly #watches: (Frame<unknown>[] | LongshoreError)[];

  constructor(lists: (Item[] | LongshoreError)[], watches: (Frame<unknown>[] | LongshoreError)[]) {
    this.#lists = lists;
    this.#watches = watches;
  }

  async list() {
    this.asked.push('list');
    const answer = this.#lists.shift() ?? [];
    if (answer instanceof LongshoreError) throw answer;
    return { items: answer, resourceVersion: '10' };
  }

  async watch(version: string): Promise<AsyncIterable<Frame<unknown>>> {
    this.asked.push(`watch ${version}`);
    const answer = this.#watches.shift();
    if (answer === undefined) throw new LongshoreError('PermissionDenied', 'the script is over');
    if (answer instanceof LongshoreError) throw answer;
    return (async function* () {
      yield* answer;
    })();
  }

  itemsOf(object: unknown): Item[] {
    return [object as Item];
  }

  versionOf(object: unknown): string {
    return (object as Item).metadata.resourceVersion;
  }
}

/** Runs until the script is over; time passes by itself. */
async function play(source: Script, fromVersion?: string): Promise<Change<Item>[]> {
  const changes: Change<Item>[] = [];
  const clock = new FakeClock();
  clock.sleep = async () => undefined;
  try {
    for await (const change of follow(source, { clock, fromVersion })) changes.push(change);
  } catch (thrown) {
    expect(thrown).to.include({ code: 'PermissionDenied' });
  }
  return changes;
}

describe('follow', () => {
  it('lists, and goes on where a stream has ended', async () => {
    const source = new Script([[item('a', '5')]], [[frame('ADDED', item('b', '11')), frame('BOOKMARK', item('', '20'))], []]);
    expect(await play(source)).to.deep.equal([
      { type: 'LIST', items: [item('a', '5')] },
      { type: 'ADDED', item: item('b', '11') },
    ]);
    expect(source.asked).to.deep.equal(['list', 'watch 10', 'watch 20', 'watch 20']);
  });

  it('begins after a version that it is given', async () => {
    const source = new Script([], [[frame('DELETED', item('a', '8'))]]);
    expect(await play(source, '7')).to.deep.equal([{ type: 'DELETED', item: item('a', '8') }]);
    expect(source.asked).to.deep.equal(['watch 7', 'watch 8']);
  });

  it('lists again when its version has expired, within a stream or before', async () => {
    const source = new Script([[], [item('a', '9')], []], [[expired], new LongshoreError('Expired', 'gone')]);
    expect((await play(source)).map(({ type }) => type)).to.deep.equal(['LIST', 'LIST', 'LIST']);
    expect(source.asked).to.deep.equal(['list', 'watch 10', 'list', 'watch 10', 'list', 'watch 10']);
  });

  it('tries again while the server is away', async () => {
    const away = new LongshoreError('Unavailable', 'away');
    const source = new Script([away, away, []], [away, [frame('ADDED', item('a', '11'))]]);
    expect((await play(source)).map(({ type }) => type)).to.deep.equal(['LIST', 'ADDED']);
    expect(source.asked).to.deep.equal(['list', 'list', 'list', 'watch 10', 'watch 10', 'watch 11']);
  });

  it('ends with the reason of its signal', async () => {
    const stop = new AbortController();
    stop.abort(new Error('enough'));
    const source = new Script([new LongshoreError('Unavailable', 'away')], []);
    const thrown = await follow(source, { clock: new FakeClock() }, stop.signal)
      .next()
      .catch((error: unknown) => error);
    expect(thrown).to.have.property('message', 'enough');
  });
});

describe('Observed', () => {
  it('turns a repeated list into what has changed since', () => {
    const observed = new Observed<Item>();
    observed.take({ type: 'LIST', items: [item('same', '1'), item('changed', '2'), item('gone', '3')] });
    const events = observed.take({ type: 'LIST', items: [item('same', '1'), item('changed', '4'), item('new', '5')] });
    expect(events.map(({ type, object }) => `${type} ${object.metadata.name}`)).to.deep.equal([
      'DELETED gone',
      'MODIFIED changed',
      'ADDED new',
    ]);
    expect(observed.items().map(({ metadata }) => metadata.name)).to.deep.equal(['same', 'changed', 'new']);
  });
});
