import { expect } from 'chai';

import type { Applied } from './applied-reporter.js';
import { KernelState } from './kernel-state.js';

describe('KernelState', () => {
  const listenTo = (state: KernelState): Applied[] => {
    const told: Applied[] = [];
    state.listen((applied) => told.push(applied));
    return told;
  };

  it('says nothing before the routes have been looked at', () => {
    const state = new KernelState({ hasRoutes: true });
    const told = listenTo(state);
    state.synced('1', '');
    expect(told).to.deep.equal([]);
    state.unreachable(['n2']);
    expect(told).to.deep.equal([{ revision: '1', error: '', unreachableNodes: ['n2'] }]);
  });

  it('tells every revision, and the nodes when they become others', () => {
    const state = new KernelState({ hasRoutes: true });
    const told = listenTo(state);
    state.unreachable([]);
    state.synced('1', '');
    state.unreachable([]);
    state.unreachable(['n2', 'n3']);
    state.synced('2', 'refused');
    expect(told.map(({ revision, unreachableNodes }) => `${revision} ${unreachableNodes.join()}`)).to.deep.equal([
      '1 ',
      '1 n2,n3',
      '2 n2,n3',
    ]);
  });

  it('tells a new listener what is known, also where there are no routes', () => {
    const state = new KernelState({ hasRoutes: false });
    state.synced('7', '');
    expect(listenTo(state)).to.deep.equal([{ revision: '7', error: '', unreachableNodes: [] }]);
  });
});
