import { expect } from 'chai';
import { hasType, shapeOf, structOf } from './schema-table.js';

describe('Schema table', () => {
  it('knows containers, merge keys, required fields and protobuf numbers', () => {
    const containers = structOf('core.v1.PodSpec').fields.get('containers');
    expect(containers).to.include({ required: true, patchMergeKey: 'name', protobufNumber: 2 });
    expect(containers?.patchStrategies).to.deep.equal(['merge']);
    expect(containers?.shape).to.have.property('kind', 'list');
  });

  it('follows aliases to enums, maps and wrapped lists', () => {
    expect(shapeOf('core.v1.PullPolicy')).to.deep.include({ kind: 'scalar', scalar: 'string', enum: ['Always', 'Never', 'IfNotPresent'] });
    const resources = shapeOf('core.v1.ResourceList');
    expect(resources.kind === 'map' && resources.element).to.deep.equal({ kind: 'scalar', scalar: 'quantity' });
    expect(shapeOf('list<string>')).to.include({ kind: 'list', wrapped: true });
  });

  it('lets a recursive type refer to itself', () => {
    const schema = structOf('apiextensions.v1.JSONSchemaProps');
    expect(schema.fields.get('not')?.shape).to.equal(schema);
  });

  it('refuses a type that it does not have', () => {
    expect(hasType('core.v1.Pod')).to.equal(true);
    expect(() => shapeOf('core.v1.Nonsense')).to.throw('has no type core.v1.Nonsense');
  });
});
