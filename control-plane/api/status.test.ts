import { expect } from 'chai';

import { LongshoreError, type ErrorCode } from '../../lib/errors/errors.js';
import { badRequest, invalidObject, required } from '../resources/causes.js';
import { statusOf } from './status.js';

describe('statusOf', () => {
  const subject = { group: 'apps', resource: 'deployments', kind: 'Deployment', name: 'web' };

  const cases: [ErrorCode, number, string][] = [
    ['NotFound', 404, 'NotFound'],
    ['AlreadyExists', 409, 'AlreadyExists'],
    ['Conflict', 409, 'Conflict'],
    ['FailedPrecondition', 409, 'Conflict'],
    ['PermissionDenied', 403, 'Forbidden'],
    ['Unauthenticated', 401, 'Unauthorized'],
    ['Expired', 410, 'Expired'],
    ['ResourceExhausted', 429, 'TooManyRequests'],
    ['Unavailable', 503, 'ServiceUnavailable'],
    ['Internal', 500, 'InternalError'],
  ];
  for (const [code, http, reason] of cases) {
    it(`answers ${code} with ${http} ${reason}`, () => {
      expect(statusOf(new LongshoreError(code, 'why'), subject)).to.include({ kind: 'Status', code: http, reason });
    });
  }

  it('names what the error names rather than what the request was about', () => {
    const invalid = statusOf(invalidObject('Deployment', 'apps', 'web', [required('spec.selector')]), {
      group: 'apps',
      resource: 'deployments',
    });
    expect(invalid.details).to.deep.equal({
      name: 'web',
      group: 'apps',
      kind: 'Deployment',
      causes: [{ reason: 'FieldValueRequired', field: 'spec.selector', message: 'Required value' }],
    });
    const namespace = new LongshoreError('NotFound', 'namespaces "x" not found', {
      fields: { group: '', resource: 'namespaces', name: 'x' },
    });
    expect(statusOf(namespace, subject).details).to.deep.equal({ name: 'x', kind: 'namespaces' });
  });

  it('is 400 for a request that cannot be understood', () => {
    expect(statusOf(badRequest('what?'))).to.include({ code: 400, reason: 'BadRequest', message: 'what?' });
  });

  it('hides nothing and invents nothing about other errors', () => {
    expect(statusOf(new TypeError('x is undefined'))).to.include({
      code: 500,
      message: 'Internal error occurred: x is undefined',
    });
  });
});
