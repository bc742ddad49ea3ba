import { expect } from 'chai';
import fc from 'fast-check';
import { decode } from './decode.js';
import { duplicateFields } from './duplicate-fields.js';
import { missingFields } from './missing-fields.js';
import { strictMessages } from './strict-errors.js';

const container = { name: 'web', image: 'web:1' };
const pod = (spec: object): object => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec });

function causes(spec: object): string[] {
  return decode('core.v1.Pod', pod(spec)).causes.map(({ reason, field }) => `${reason} ${field}`);
}

describe('decode', () => {
  const wrong: [string, object, string][] = [
    ['a number for a string', { containers: [{ ...container, image: 1 }] }, 'FieldValueTypeInvalid spec.containers[0].image'],
    ['a string for a list', { containers: 'web' }, 'FieldValueTypeInvalid spec.containers'],
    ['a list for an object', { securityContext: [] }, 'FieldValueTypeInvalid spec.securityContext'],
    ['a string for a boolean', { hostNetwork: 'true' }, 'FieldValueTypeInvalid spec.hostNetwork'],
    ['a fraction', { priority: 1.5 }, 'FieldValueTypeInvalid spec.priority'],
    ['an int32 that is too large', { priority: 2 ** 31 }, 'FieldValueInvalid spec.priority'],
    ['a constant that there is not', { restartPolicy: 'Sometimes' }, 'FieldValueNotSupported spec.restartPolicy'],
    [
      'a quantity that is none',
      { containers: [{ ...container, resources: { limits: { cpu: 'lots' } } }] },
      'FieldValueInvalid spec.containers[0].resources.limits[cpu]',
    ],
    ['a number for a label', { nodeSelector: { a: 1 } }, 'FieldValueTypeInvalid spec.nodeSelector[a]'],
  ];
  for (const [what, spec, cause] of wrong) it(`refuses ${what}`, () => expect(causes(spec)).to.deep.equal([cause]));

  it('tells unknown fields with what was probably meant, and drops them', () => {
    const { object, unknown } = decode(
      'core.v1.Pod',
      pod({ contaners: [], containers: [{ ...container, imagePulPolicy: 'x' }] }),
    );
    expect(strictMessages(unknown, ['spec.x'])).to.deep.equal([
      'unknown field "spec.contaners" (did you mean "containers"?)',
      'unknown field "spec.containers[0].imagePulPolicy" (did you mean "imagePullPolicy"?)',
      'duplicate field "spec.x"',
    ]);
    expect(object).to.deep.equal(pod({ containers: [container] }));
  });

  it('brings quantities, times and base64 into one form', () => {
    const limits = { cpu: 0.5, memory: '1024Mi' };
    const { object } = decode<{ spec: { containers: { resources: unknown }[] } }>(
      'core.v1.Pod',
      pod({ containers: [{ ...container, resources: { limits } }] }),
    );
    expect(object.spec.containers[0]?.resources).to.deep.equal({ limits: { cpu: '500m', memory: '1Gi' } });
    const lease = { spec: { acquireTime: '2026-01-01T01:00:00.5+01:00', renewTime: '2026-01-01T00:00:00Z' } };
    expect(decode('coordination.v1.Lease', lease).object).to.deep.equal({
      spec: { acquireTime: '2026-01-01T00:00:00.500000Z', renewTime: '2026-01-01T00:00:00.000000Z' },
    });
    expect(decode('core.v1.Secret', { data: { a: 'YQ=' } }).causes).to.have.length(1);
  });

  it('takes null and empty collections for absent', () => {
    const given = { metadata: { name: 'c', labels: {}, creationTimestamp: null, finalizers: [] }, data: {} };
    expect(decode('core.v1.ConfigMap', given).object).to.deep.equal({ metadata: { name: 'c' } });
    expect(decode('core.v1.Pod', pod({ containers: [container], securityContext: {} })).object).to.have.nested.property(
      'spec.securityContext',
    );
  });

  it('bounds nesting', () => {
    let deep: unknown = {};
    for (let level = 0; level < 200; level++) deep = { a: deep };
    const fieldsV1 = { metadata: { managedFields: [{ fieldsV1: deep }] } };
    expect(decode('core.v1.ConfigMap', fieldsV1).causes[0]?.message).to.contain('nested deeper');
  });

  it('is the identity on what it has decoded', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string()), fc.integer({ min: 1, max: 9999 }), (data, millis) => {
        const first = decode('core.v1.ConfigMap', { metadata: { name: 'c' }, data }).object;
        expect(decode('core.v1.ConfigMap', first).object).to.deep.equal(first);
        const limits = { cpu: `${millis}m` };
        const once = decode('core.v1.Pod', pod({ containers: [{ ...container, resources: { limits } }] })).object;
        expect(decode('core.v1.Pod', once).object).to.deep.equal(once);
      }),
    );
  });
});

describe('missingFields', () => {
  it('names required fields at any depth, but none of status', () => {
    const object = { spec: { containers: [{ image: 'x', ports: [{}] }] }, status: { conditions: [{}] } };
    expect(missingFields('core.v1.Pod', object).map(({ field }) => field)).to.deep.equal([
      'spec.containers[0].name',
      'spec.containers[0].ports[0].containerPort',
    ]);
  });
});

describe('duplicateFields', () => {
  it('finds keys that stand twice in one object', () => {
    const text = '{"a": {"b": 1, "c": [{"d": ":"}, {"d": 1, "d\\u0065": 2, "de": 3}], "b": 2}, "x": "a", "a": 1}';
    expect(duplicateFields(text)).to.deep.equal(['a.c[1].de', 'a.b', 'a']);
  });

  it('finds none in what JSON.stringify writes', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => void expect(duplicateFields(JSON.stringify(value))).to.deep.equal([])));
  });
});
