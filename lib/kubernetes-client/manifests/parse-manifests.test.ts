import { expect } from 'chai';

import { parseManifests } from './parse-manifests.js';

const named = (kind: string, name: string): string => `apiVersion: v1\nkind: ${kind}\nmetadata: { name: ${name} }\n`;

describe('parseManifests', () => {
  it('reads documents, Lists and JSON in order', () => {
    const list = JSON.stringify({
      apiVersion: 'v1',
      kind: 'List',
      items: [{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'c' } }],
    });
    const objects = parseManifests(
      `# a comment\n---\n${named('Pod', 'a')}---\n${named('Secret', 'b')}---\n${list}\n---\n`,
      'file',
    );
    expect(objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).to.deep.equal(['Pod a', 'Secret b', 'Pod c']);
  });

  it('reads scalars as kubectl does', () => {
    const [object] = parseManifests(
      `${named('X', 'x')}mode: 0644\non: yes\nport: 22:22\nday: 2026-11-28\nquoted: "yes"\nversion: 1.10\n`,
      'file',
    );
    expect(object).to.deep.include({ mode: 420, true: true, port: '22:22', day: '2026-11-28', quoted: 'yes', version: 1.1 });
  });

  it('follows anchors and merges', () => {
    const [object] = parseManifests(`${named('X', 'x')}base: &base { a: 1 }\nmore:\n  <<: *base\n  b: 2\n`, 'file');
    expect(object?.more).to.deep.equal({ a: 1, b: 2 });
  });

  const broken: [string, string, string][] = [
    ['syntax', `${named('Pod', 'a')}---\na: [`, 'web.yaml, document 2: Flow sequence'],
    ['a key that is there twice', `${named('Pod', 'a')}kind: Pod\n`, 'web.yaml: Map keys must be unique at line 4'],
    ['text', 'hello', 'web.yaml: it must be an object with apiVersion, kind and metadata'],
    ['an object without a version', 'kind: Pod', 'web.yaml: apiVersion must be set, such as v1 or apps/v1'],
    ['an object without a kind', 'apiVersion: v1', 'web.yaml: kind must be set'],
    [
      'an object without a name',
      'apiVersion: v1\nkind: Pod\nmetadata: {}',
      'web.yaml: metadata.name must be set: Pod has no name',
    ],
    ['an item of a List', 'apiVersion: v1\nkind: List\nitems: [{ kind: Pod }]', 'web.yaml: items[0].apiVersion must be set'],
  ];
  for (const [what, content, message] of broken) {
    it(`names the place of ${what}`, () => expect(() => parseManifests(content, 'web.yaml')).to.throw(message));
  }
});
