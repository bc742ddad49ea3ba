import { expect } from 'chai';
import { PodAssignment } from '../../proto/gen/longshore/node/v1/pod.js';
import { parseImageReference } from './image-reference.js';
import { credentialsFor, missingPullSecrets } from './pull-secrets.js';

function makeAssignment(auths: object, kind: 'dockerconfigjson' | 'dockercfg' = 'dockerconfigjson'): PodAssignment {
  const content = Buffer.from(JSON.stringify(kind === 'dockercfg' ? auths : { auths }));
  return PodAssignment.fromPartial({
    spec: { imagePullSecrets: ['pull'] },
    secrets: [
      { name: 'pull', type: `kubernetes.io/${kind}`, data: { [`.${kind}`]: content } },
      { name: 'other', type: `kubernetes.io/${kind}`, data: { [`.${kind}`]: content } },
    ],
  });
}

const passwords = (auths: object, image: string): string[] =>
  credentialsFor(makeAssignment(auths), parseImageReference(image)).map(({ password }) => password);

describe('pull secrets', () => {
  it('finds the credentials of the registry', () => {
    const auths = { 'ghcr.io': { username: 'me', password: 'a' }, 'quay.io': { username: 'me', password: 'b' } };
    expect(passwords(auths, 'quay.io/x/y')).to.deep.equal(['b']);
    expect(passwords(auths, 'nginx')).to.deep.equal([]);
  });

  it('reads user and password from auth, and the older format', () => {
    const auths = { 'https://index.docker.io/v1/': { auth: Buffer.from('me:se:cret').toString('base64') } };
    const found = credentialsFor(makeAssignment(auths, 'dockercfg'), parseImageReference('nginx'));
    expect(found).to.deep.equal([{ username: 'me', password: 'se:cret', serverAddress: 'https://index.docker.io/v1/' }]);
  });

  it('puts the longest matching path first and minds ports and wildcards', () => {
    const login = (password: string) => ({ username: 'me', password });
    const auths = {
      'r.example.com': login('host'),
      'r.example.com/team': login('path'),
      'r.example.com:5000': login('port'),
      '*.example.com': login('any'),
    };
    expect(passwords(auths, 'r.example.com/team/app')).to.deep.equal(['path', 'host', 'any']);
    expect(passwords(auths, 'r.example.com/teams/app')).to.deep.equal(['host', 'any']);
    expect(passwords(auths, 'r.example.com:5000/app')).to.deep.equal(['port']);
  });

  it('passes over what it cannot read, and names what is missing', () => {
    const assignment = PodAssignment.fromPartial({
      spec: { imagePullSecrets: ['broken', 'absent'] },
      secrets: [{ name: 'broken', type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': Buffer.from('{') } }],
    });
    expect(credentialsFor(assignment, parseImageReference('nginx'))).to.deep.equal([]);
    expect(missingPullSecrets(assignment)).to.deep.equal(['absent']);
  });
});
