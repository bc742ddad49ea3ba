import { expect } from 'chai';
import { mountsBelow, parseMountPoints } from './mount-table.js';

const mountinfo = `22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:25 / /state/pods/a/volumes/m rw - tmpfs tmpfs rw
31 30 0:26 / /state/pods/a/volumes/m/with\\040space rw - tmpfs tmpfs rw
32 22 0:27 / /state/pods/ab rw - tmpfs tmpfs rw
`;

describe('mount table', () => {
  it('is read from mountinfo, with its escapes', () => {
    expect(parseMountPoints(mountinfo)).to.include('/state/pods/a/volumes/m/with space').and.to.have.length(4);
  });

  it('gives the mounts below a directory, the deepest first', () => {
    expect(mountsBelow(parseMountPoints(mountinfo), '/state/pods/a')).to.deep.equal([
      '/state/pods/a/volumes/m/with space',
      '/state/pods/a/volumes/m',
    ]);
  });
});
