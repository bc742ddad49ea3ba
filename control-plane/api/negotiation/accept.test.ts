import { expect } from 'chai';

import { negotiate } from './accept.js';

describe('negotiate', () => {
  const kubectlGet =
    'application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json';

  it('takes the first representation that exists', () => {
    expect(negotiate(kubectlGet, true)).to.deep.equal({ format: 'json', as: { kind: 'Table', version: 'v1' } });
    expect(negotiate(kubectlGet, false)).to.deep.equal({ format: 'json' });
    expect(negotiate('application/vnd.kubernetes.protobuf,application/json', true)).to.deep.equal({ format: 'json' });
    expect(negotiate(undefined, true)).to.deep.equal({ format: 'json' });
    expect(negotiate('*/*', true)).to.deep.equal({ format: 'json' });
    expect(negotiate('application/yaml', true)).to.deep.equal({ format: 'yaml' });
  });

  it('honours quality', () => {
    expect(negotiate('application/json;q=0.5, application/yaml;q=0.9', true)).to.deep.equal({ format: 'yaml' });
    expect(negotiate('application/yaml;q=0, application/json', true)).to.deep.equal({ format: 'json' });
  });

  it('refuses what does not exist', () => {
    expect(() => negotiate('text/html', true)).to.throw('only the following media types are accepted');
    expect(() => negotiate('application/json;as=Table;v=v9;g=meta.k8s.io', true)).to.throw('only the following');
  });
});
