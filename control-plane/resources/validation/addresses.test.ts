import { expect } from 'chai';

import { validateIp, validateReachableIp } from './addresses.js';

const odd = ['', '1', '0x7f.1', '0x7f.0.0.1', '127.1', '010.0.0.1', '1.2.3.04', '1.2.3', '1.2.3.4 ', '1.2.3.256', 'localhost'];
const oddIpv6 = ['fe80::1%eth0', '::ffff:10.1.2.3', '::ffff:a01:203', '[::1]', '1::2::3'];

describe('addresses of objects', () => {
  for (const address of [...odd, ...oddIpv6]) {
    it(`refuse "${address}"`, () => {
      expect(validateIp(address, 'ip')[0]?.message).to.include('must be a valid IP address');
      expect(validateReachableIp(address, 'ip')).to.have.lengthOf(1);
      expect(validateReachableIp(address, 'ip', 'IPv4')[0]?.message).to.include('must be a valid IPv4 address');
      expect(validateReachableIp(address, 'ip', 'IPv6')[0]?.message).to.include('must be a valid IPv6 address');
    });
  }

  it('may be of both families where none is asked for', () => {
    for (const address of ['10.244.1.5', '2001:db8::1', '0.0.0.0', '::']) expect(validateIp(address, 'ip')).to.deep.equal([]);
    for (const address of ['10.244.1.5', '2001:DB8::1']) expect(validateReachableIp(address, 'ip')).to.deep.equal([]);
  });

  it('are of the family that is asked for', () => {
    expect(validateReachableIp('10.244.1.5', 'ip', 'IPv4')).to.deep.equal([]);
    expect(validateReachableIp('2001:db8::1', 'ip', 'IPv6')).to.deep.equal([]);
    expect(validateReachableIp('2001:db8::1', 'ip', 'IPv4')[0]?.message).to.include('must be a valid IPv4 address');
    expect(validateReachableIp('10.244.1.5', 'ip', 'IPv6')[0]?.message).to.include('must be a valid IPv6 address');
  });

  const special = {
    unspecified: ['0.0.0.0', '::'],
    loopback: ['127.0.0.1', '127.9.9.9', '::1'],
    'link-local': ['169.254.169.254', 'fe80::1', 'febf::1'],
    'link-local multicast': ['224.0.0.5', 'ff02::1'],
  };
  for (const [range, addresses] of Object.entries(special)) {
    it(`do not lead to ${range} ones`, () => {
      for (const address of addresses) {
        expect(validateReachableIp(address, 'ip').map(({ message }) => message)[0]).to.match(
          new RegExp(`may not be (in the )?${range}`),
        );
      }
    });
  }
});
