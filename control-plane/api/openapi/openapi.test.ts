import { BinaryReader } from '@bufbuild/protobuf/wire';
import { expect } from 'chai';

import { servedResources } from '../discovery/served-resources.js';
import { definitionsByKey } from '../../resources/definitions.js';
import { renderOpenApi } from './document.js';
import { encodeGnostic } from './gnostic.js';
import type { SwaggerSchema } from './swagger.js';

describe('OpenAPI document', () => {
  const document = renderOpenApi(servedResources(Object.values(definitionsByKey)));

  it('defines every type that it refers to', () => {
    const missing = new Set<string>();
    const visit = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return;
      const { $ref } = value as SwaggerSchema;
      const name = typeof $ref === 'string' ? $ref.replace('#/definitions/', '') : undefined;
      if (name !== undefined && !document.definitions[name]) missing.add(name);
      Object.values(value).forEach(visit);
    };
    visit(document);
    expect([...missing]).to.deep.equal([]);
  });

  it('says which kind a definition is and how its lists merge', () => {
    const pod = document.definitions['io.k8s.api.core.v1.Pod'];
    expect(pod?.['x-kubernetes-group-version-kind']).to.deep.equal([{ group: '', version: 'v1', kind: 'Pod' }]);
    const containers = document.definitions['io.k8s.api.core.v1.PodSpec']?.properties?.containers;
    expect(containers).to.deep.equal({
      type: 'array',
      items: { $ref: '#/definitions/io.k8s.api.core.v1.Container' },
      'x-kubernetes-patch-strategy': 'merge',
      'x-kubernetes-patch-merge-key': 'name',
    });
  });

  it('lists the patch operations that clients look for, with dryRun and fieldValidation', () => {
    const patch = document.paths['/apis/apps/v1/namespaces/{namespace}/deployments/{name}']?.patch;
    expect(patch?.['x-kubernetes-group-version-kind']).to.deep.equal({ group: 'apps', version: 'v1', kind: 'Deployment' });
    expect(patch?.parameters?.map(({ name }) => name)).to.include.members(['dryRun', 'fieldValidation', 'fieldManager']);
  });

  it('is encoded as gnostic does', () => {
    const fields = new Map<number, Uint8Array[]>();
    const reader = new BinaryReader(encodeGnostic(document));
    while (reader.pos < reader.len) {
      const [number] = reader.tag();
      fields.set(number, [...(fields.get(number) ?? []), reader.bytes()]);
    }
    expect([...fields.keys()]).to.deep.equal([1, 2, 8, 9]);
    expect(Buffer.from(fields.get(1)?.[0] ?? []).toString()).to.equal('2.0');
    const definitions = new BinaryReader(fields.get(9)?.[0] ?? new Uint8Array());
    let count = 0;
    while (definitions.pos < definitions.len) {
      const [number, wire] = definitions.tag();
      expect([number, wire]).to.deep.equal([1, 2]);
      definitions.bytes();
      count += 1;
    }
    expect(count).to.equal(Object.keys(document.definitions).length);
  });
});
