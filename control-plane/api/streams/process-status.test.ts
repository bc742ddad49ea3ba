import { expect } from 'chai';

import { LongshoreError } from '../../../lib/errors/errors.js';
import { brokenStatus, exitStatus } from './process-status.js';

describe('the status at the end of a process', () => {
  it('is Success for exit code 0', () => {
    expect(exitStatus(0)).to.include({ status: 'Success' });
  });

  it('tells other exit codes as Kubernetes does', () => {
    expect(exitStatus(7)).to.deep.include({
      status: 'Failure',
      reason: 'NonZeroExitCode',
      message: 'command terminated with non-zero exit code: exit status 7',
      details: { causes: [{ reason: 'ExitCode', message: '7' }] },
    });
  });

  it('tells why the streams broke', () => {
    const status = brokenStatus(new LongshoreError('Unavailable', 'the connection to the kubelet agent broke'));
    expect(status).to.include({
      status: 'Failure',
      reason: 'InternalError',
      message: 'the connection to the kubelet agent broke',
    });
  });
});
