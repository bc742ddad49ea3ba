import { defineCheck, failure, ok, type Verdict } from '../check.js';

/** RFC 1123 subdomain, as Kubernetes wants names of nodes. */
const pattern = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

export function judgeNodeName(name: string): Verdict[] {
  if (name === 'localhost' || name.startsWith('localhost.'))
    return [
      failure(
        `every machine is called ${name}: nodes need names of their own`,
        'hostnamectl set-hostname NAME, or --node-name NAME',
      ),
    ];
  if (name.length > 253 || !pattern.test(name)) {
    const fix =
      name
        .toLowerCase()
        .replaceAll(/[^-a-z0-9.]/g, '-')
        .replaceAll(/^[-.]+|[-.]+$/g, '') || 'NAME';
    return [
      failure(
        `the host's name ${name} is no node name: a-z, 0-9, - and . only`,
        `hostnamectl set-hostname ${fix}, or --node-name ${fix}`,
      ),
    ];
  }
  return [ok(`the node will be called ${name}`)];
}

export const nodeNameCheck = defineCheck({
  name: 'node-name',
  roles: ['agent'],
  read: async ({ nodeName }) => nodeName,
  judge: judgeNodeName,
});
