import { expect } from 'chai';

import { readManifests } from './read-manifests.js';

const pod = (name: string) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name } });

describe('readManifests', () => {
  it('reads YAML with several documents, an object, several, and a List', () => {
    const yaml = 'apiVersion: v1\nkind: Pod\nmetadata: { name: a }\n---\n---\napiVersion: v1\nkind: Pod\nmetadata: { name: b }\n';
    expect(readManifests(yaml)).to.deep.equal([pod('a'), pod('b')]);
    expect(readManifests(pod('a'))).to.deep.equal([pod('a')]);
    expect(readManifests([pod('a'), pod('b')])).to.deep.equal([pod('a'), pod('b')]);
    const list = { apiVersion: 'v1', kind: 'List', metadata: {}, items: [pod('a'), pod('b')] };
    expect(readManifests(JSON.stringify(list))).to.deep.equal([pod('a'), pod('b')]);
  });

  for (const [manifest, message] of [
    ['kind: Pod', 'document 1 of the manifest has no apiVersion'],
    ['apiVersion: v1\nkind: Pod\n---\n{', 'document 2 of the manifest: '],
    ['apiVersion: v1\nkind: Pod', 'document 1 of the manifest (Pod) has no metadata.name'],
    ['apiVersion: v1\nkind: List\nitems: [{ apiVersion: v1 }]', 'item 1 of document 1 of the manifest has no kind'],
  ] as const) {
    it(`says ${message}`, () => {
      expect(() => readManifests(manifest)).to.throw(message);
    });
  }
});
