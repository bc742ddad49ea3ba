import { once } from 'node:events';
import { connect } from 'node:http2';
import { Agent, request } from 'node:https';

import { expect } from 'chai';

import { systemClock } from '../../../lib/clock/clock.js';
import { startTestApi, type TestApi } from '../../../test/support/test-api.js';

const day = 86_400_000;

describe('Listener', () => {
  let api: TestApi;
  let aheadMs = 0;
  before(async () => {
    const clock = { ...systemClock, now: () => systemClock.now() + aheadMs };
    api = await startTestApi({ clock });
  });
  beforeEach(() => {
    aheadMs = 0;
  });
  after(() => api.close());

  const tls = () => ({ ca: api.caPem, cert: api.admin.certificatePem, key: api.admin.privateKeyPem });

  it('does not believe a certificate that expires on an open HTTP/2 connection', async () => {
    const session = connect(api.url, tls());
    const ask = async (): Promise<unknown> => {
      const stream = session.request({ ':path': '/api/v1/nodes' });
      const [headers] = (await once(stream, 'response')) as [Record<string, unknown>];
      stream.resume();
      await once(stream, 'end');
      return headers[':status'];
    };
    try {
      expect(await ask()).to.equal(200);
      aheadMs = 2 * day;
      expect(await ask()).to.equal(401);
    } finally {
      session.close();
    }
  });

  it('does not believe a certificate that expires on an open HTTP/1.1 connection', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1, ...tls() });
    const ask = (): Promise<[number | undefined, boolean]> =>
      new Promise((resolve, reject) => {
        const outgoing = request(`${api.url}/api/v1/nodes`, { agent }, (response) => {
          response.resume();
          response.once('end', () => resolve([response.statusCode, outgoing.reusedSocket]));
        });
        outgoing.on('error', reject).end();
      });
    try {
      expect(await ask()).to.deep.equal([200, false]);
      aheadMs = 2 * day;
      expect(await ask()).to.deep.equal([401, true]);
    } finally {
      agent.destroy();
    }
  });
});
