import { expect } from 'chai';

import { findHooks } from './find-hooks.js';
import { nodeTestHooks } from './node-test-hooks.js';

type Hook = (this: unknown, context?: unknown) => Promise<void>;

/** A runner's globals that keep the hooks they are given. */
function recorder(...names: string[]) {
  const hooks: Record<string, Hook> = {};
  const globals = Object.fromEntries(names.map((name) => [name, (work: Hook) => void (hooks[name] = work)]));
  return { hooks, globals };
}

async function failuresOf(
  run: (collect: (title: string, failure: unknown) => Promise<void>) => Promise<void>,
): Promise<unknown[]> {
  const seen: unknown[] = [];
  await run((title, failure) => Promise.resolve(void seen.push([title, failure])));
  return seen;
}

describe('findHooks', () => {
  it('sees the failed test of mocha', async () => {
    const { hooks, globals } = recorder('before', 'after', 'afterEach');
    const context = (state: string) => ({ timeout: () => undefined, currentTest: { state, err: 'e', fullTitle: () => 'a b' } });
    const seen = await failuresOf(async (collect) => {
      findHooks(globals, {}).afterFailure(collect, 1);
      await hooks.afterEach?.call(context('passed'));
      await hooks.afterEach?.call(context('failed'));
    });
    expect(seen).to.deep.equal([['a b', 'e']]);
  });

  it('sees the failed test of vitest', async () => {
    const { hooks, globals } = recorder('beforeAll', 'afterAll', 'afterEach');
    const task = (state: string) => ({ task: { name: 'b', suite: { name: 'a' }, result: { state, errors: ['e'] } } });
    const seen = await failuresOf(async (collect) => {
      findHooks(globals, { VITEST: 'true' }).afterFailure(collect, 1);
      await hooks.afterEach?.(task('pass'));
      await hooks.afterEach?.(task('fail'));
    });
    expect(seen).to.deep.equal([['a b', 'e']]);
  });

  it('sees the failed test of jest', async () => {
    const { hooks, globals } = recorder('beforeAll', 'afterAll', 'afterEach');
    const state = Symbol('JEST_STATE_SYMBOL');
    const test = (errors: unknown[]) => ({ name: 'b', errors, parent: { name: 'a', parent: { name: 'ROOT_DESCRIBE_BLOCK' } } });
    const holder = globalThis as unknown as Record<symbol, unknown>;
    const seen = await failuresOf(async (collect) => {
      findHooks(globals, {}).afterFailure(collect, 1);
      holder[state] = { currentlyRunningTest: test([]) };
      await hooks.afterEach?.();
      holder[state] = { currentlyRunningTest: test([['e', 'declared there']]) };
      await hooks.afterEach?.();
      delete holder[state];
    });
    expect(seen).to.deep.equal([['a b', 'e']]);
  });

  it('is node:test without any globals, and asks for an import in vitest', () => {
    expect(findHooks({}, {})).to.equal(nodeTestHooks);
    expect(() => findHooks({}, { VITEST: 'true' })).to.throw('@longshore/testing/vitest');
  });
});
