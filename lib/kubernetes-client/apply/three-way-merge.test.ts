import { expect } from 'chai';
import fc from 'fast-check';

import { mergePatch } from '../../../control-plane/resources/schema/merge-patch.js';
import { strategicMergePatch } from '../../../control-plane/resources/schema/strategic-merge-patch.js';
import { shapeOf } from '../../kubernetes/schema/schema-table.js';
import { computeThreeWayPatch, type Json } from './three-way-merge.js';

type States = { original: Json; wanted: Json; current: Json };

const podPatch = (states: States): Json => computeThreeWayPatch(shapeOf('core.v1.PodSpec'), states);
const plainPatch = (states: States): Json => computeThreeWayPatch(undefined, states);

describe('Three-way merge', () => {
  it('sets what is wanted, removes what was applied and is not wanted any more, leaves the rest', () => {
    const patch = plainPatch({
      original: { a: 1, gone: 1, both: { x: 1, y: 1 } },
      wanted: { a: 2, both: { x: 1 } },
      current: { a: 1, gone: 1, foreign: 1, both: { x: 1, y: 1, z: 1 } },
    });
    expect(patch).to.deep.equal({ a: 2, gone: null, both: { y: null } });
  });

  it('says nothing when all is as wanted, whatever else is there', () => {
    expect(plainPatch({ original: { a: 1, gone: 1 }, wanted: { a: 1 }, current: { a: 1, foreign: 1 } })).to.deep.equal({});
  });

  it('replaces lists without a merge key, and deletes what is null', () => {
    const patch = plainPatch({ original: {}, wanted: { list: [1], off: null }, current: { list: [1, 2], off: 1 } });
    expect(patch).to.deep.equal({ list: [1], off: null });
  });

  it('merges lists by their keys, in the wanted order', () => {
    const patch = podPatch({
      original: { containers: [{ name: 'old' }, { name: 'web', image: '1', tty: true }] },
      wanted: {
        containers: [
          { name: 'new', image: '1' },
          { name: 'web', image: '2' },
        ],
      },
      current: { containers: [{ name: 'old' }, { name: 'sidecar' }, { name: 'web', image: '1', tty: true, stdin: true }] },
    });
    expect(patch).to.deep.equal({
      containers: [
        { name: 'new', image: '1' },
        { name: 'web', image: '2', tty: null },
        { name: 'old', $patch: 'delete' },
      ],
      '$setElementOrder/containers': [{ name: 'new' }, { name: 'web' }],
    });
  });

  it('brings items into the wanted order, and asks for nothing when they are', () => {
    const wanted = { containers: [{ name: 'a' }, { name: 'b' }] };
    const turned = { containers: [{ name: 'b' }, { name: 'a' }] };
    expect(podPatch({ original: wanted, wanted, current: turned })).to.deep.equal({
      '$setElementOrder/containers': [{ name: 'a' }, { name: 'b' }],
    });
    expect(podPatch({ original: turned, wanted, current: wanted })).to.deep.equal({});
  });

  it('leaves only the wanted one of several alternatives', () => {
    const patch = podPatch({
      original: { volumes: [{ name: 'v', emptyDir: {} }] },
      wanted: { volumes: [{ name: 'v', configMap: { name: 'c' } }] },
      current: { volumes: [{ name: 'v', emptyDir: { medium: '' } }] },
    });
    expect(patch.volumes).to.deep.equal([
      { name: 'v', emptyDir: null, configMap: { name: 'c' }, $retainKeys: ['configMap', 'name'] },
    ]);
    const strategy = computeThreeWayPatch(shapeOf('apps.v1.DeploymentSpec'), {
      original: {},
      wanted: { strategy: { type: 'Recreate' } },
      current: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } },
    });
    expect(strategy).to.deep.equal({ strategy: { type: 'Recreate', $retainKeys: ['type'] } });
  });

  it('treats a set of plain values as one', () => {
    const patch = computeThreeWayPatch(shapeOf('meta.v1.ObjectMeta'), {
      original: { finalizers: ['a', 'gone'] },
      wanted: { finalizers: ['a', 'b'] },
      current: { finalizers: ['gone', 'theirs', 'a'] },
    });
    expect(patch).to.deep.equal({
      finalizers: ['b'],
      '$deleteFromPrimitiveList/finalizers': ['gone'],
      '$setElementOrder/finalizers': ['a', 'b'],
    });
  });

  describe('for any three states', () => {
    const scalar = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constantFrom('x', 'y'), fc.boolean());
    const keys = fc.constantFrom('a', 'b', 'c');
    const tree = fc.letrec<{ node: unknown; object: Json }>((tie) => ({
      node: fc.oneof({ depthSize: 'small' }, scalar, fc.array(scalar, { maxLength: 3 }), tie('object')),
      object: fc.dictionary(keys, tie('node'), { maxKeys: 3 }),
    })).object;

    it('the JSON merge patch makes what is wanted true, and a second round is empty', () => {
      fc.assert(
        fc.property(tree, tree, tree, (original, wanted, current) => {
          const applied = mergePatch(current, plainPatch({ original, wanted, current })) as Json;
          expect(isWithin(wanted, applied), JSON.stringify(applied)).to.equal(true);
          expect(plainPatch({ original: wanted, wanted, current: applied })).to.deep.equal({});
        }),
      );
    });

    it('fields that no apply ever named stay as they are', () => {
      fc.assert(
        fc.property(tree, tree, tree, scalar, (original, wanted, current, foreign) => {
          const before = { ...current, theirs: foreign };
          const applied = mergePatch(before, plainPatch({ original, wanted, current: before })) as Json;
          expect(applied.theirs).to.equal(foreign);
        }),
      );
    });

    const container = fc.record(
      { name: fc.constantFrom('web', 'db', 'log', 'dns'), image: fc.constantFrom('1', '2'), tty: fc.boolean() },
      { requiredKeys: ['name'] },
    );
    const variables = fc.uniqueArray(fc.record({ name: fc.constantFrom('A', 'B', 'C'), value: fc.constantFrom('1', '2') }), {
      selector: ({ name }) => name,
    });
    const podSpec = fc
      .uniqueArray(fc.tuple(container, variables), { selector: ([{ name }]) => name, maxLength: 4 })
      .map((containers): Json => ({ containers: containers.map(([fields, env]) => ({ ...fields, env })) }));

    it('the strategic patch, as the server applies it, makes what is wanted true and keeps what is foreign', () => {
      fc.assert(
        fc.property(podSpec, podSpec, podSpec, (original, wanted, current) => {
          const before = { ...current, containers: [...(current.containers as Json[]), { name: 'theirs', image: '9' }] };
          const applied = strategicMergePatch('core.v1.PodSpec', before, podPatch({ original, wanted, current: before })) as Json;
          const containers = applied.containers as Json[];
          const wantedNames = (wanted.containers as Json[]).map(({ name }) => name);
          expect(containers.map(({ name }) => name).filter((name) => wantedNames.includes(name))).to.deep.equal(wantedNames);
          for (const item of wanted.containers as Json[]) {
            const found = containers.find(({ name }) => name === item.name) ?? {};
            const { env, ...fields } = item;
            expect(found).to.include(fields);
            expect(found.env ?? []).to.deep.include.members(env as unknown[]);
          }
          expect(containers).to.deep.include({ name: 'theirs', image: '9' });
          const dropped = (original.containers as Json[]).map(({ name }) => name).filter((name) => !wantedNames.includes(name));
          for (const name of dropped) expect(containers.some((item) => item.name === name)).to.equal(false);
          expect(podPatch({ original: wanted, wanted, current: applied })).to.deep.equal({});
        }),
      );
    });
  });
});

/** Whether `whole` has everything of `part`; lists must be equal. */
function isWithin(part: unknown, whole: unknown): boolean {
  if (typeof part !== 'object' || part === null || Array.isArray(part)) return JSON.stringify(part) === JSON.stringify(whole);
  if (typeof whole !== 'object' || whole === null || Array.isArray(whole)) return false;
  return Object.entries(part).every(([key, value]) => isWithin(value, (whole as Json)[key]));
}
