/** What help says of a command beside its own description and flags. */
export interface GuideEntry {
  /** One line for lists of commands, where the description is longer. */
  summary?: string;
  /** Command lines and what they do. */
  examples?: readonly (readonly [command: string, does: string])[];
  /** Commands to know beside this one. */
  related?: readonly string[];
}

/** The guide to all commands, by path: one place, so that examples go together. */
export const commandGuide: Readonly<Record<string, GuideEntry>> = {
  quickstart: {
    examples: [['longshore quickstart', 'three nodes, an application, a request through it']],
    related: ['status', 'down'],
  },
  up: {
    summary: 'start a local cluster',
    examples: [
      ['longshore up --nodes 5', 'a cluster of five nodes'],
      ['eval "$(longshore up)"', 'and kubectl in this shell talks to it'],
      ['longshore up --dir /var/lib/longshore/b --pod-net 245 --service-net 97', 'a second one beside it'],
    ],
    related: ['status', 'down', 'get'],
  },
  down: {
    examples: [
      ['longshore down', 'nothing is left'],
      ['longshore down --keep-data', 'the next up carries on with it'],
    ],
    related: ['up'],
  },
  status: {
    summary: 'show processes, nodes and pods',
    examples: [
      ['longshore status', 'everything at a glance'],
      ['longshore status -o json | jq .healthy', 'for programs'],
    ],
    related: ['get', 'describe'],
  },

  'control-plane': {
    summary: 'run a control plane in the foreground',
    examples: [
      ['longshore control-plane', 'on every address of this machine'],
      ['longshore control-plane --config control-plane.yaml', 'as a file says'],
      ['longshore control-plane --print-config', 'what would be in effect, and why'],
    ],
    related: ['install server', 'token create', 'kubeconfig'],
  },
  agent: {
    summary: 'join this machine to a cluster and run its pods',
    examples: [
      ['longshore agent --join https://10.0.0.1:6444 --token TOKEN', 'join, and run until it is stopped'],
      ['longshore agent --join https://10.0.0.1:6444', 'again: it has its certificate'],
    ],
    related: ['token create', 'install agent'],
  },
  'agent restart': {
    examples: [['longshore agent restart kube-proxy', 'while traffic goes on']],
    related: ['agent'],
  },
  token: { summary: 'make, list and revoke join tokens' },
  'token create': {
    examples: [
      ['longshore token create', 'the command to run on a machine that joins'],
      ['longshore token create --ttl 10m --uses 2 -q', 'the token alone, for one machine, soon'],
    ],
    related: ['agent', 'token list'],
  },
  'token list': { examples: [['longshore token list', 'which are live, and how long']], related: ['token revoke'] },
  'token revoke': { examples: [['longshore token revoke abcdef', 'by the id that token list shows']], related: ['token list'] },
  node: { summary: 'list the machines of the cluster, and take one out' },
  'node list': { examples: [['longshore node list', 'addresses, pod networks, taints']], related: ['node remove', 'get'] },
  'node remove': {
    summary: 'take a machine out of the cluster',
    examples: [
      ['longshore node remove vm2', 'then, when it says so, stop the agent on vm2'],
      ['longshore node remove vm2 --force', 'vm2 is broken and will not come back'],
    ],
    related: ['node list', 'token create', 'uninstall'],
  },
  kubeconfig: {
    summary: "print the administrator's kubeconfig",
    examples: [
      ['longshore kubeconfig --out admin.kubeconfig', 'for kubectl, and for longshore on other machines'],
      ['longshore kubeconfig --merge', "into kubectl's own, as the current context"],
    ],
    related: ['get'],
  },
  install: { summary: 'set this machine up with systemd services' },
  'install server': { related: ['doctor', 'token create', 'uninstall'] },
  'install agent': { related: ['doctor', 'uninstall'] },
  uninstall: {
    summary: 'take Longshore off this machine',
    examples: [
      ['longshore uninstall', 'everything that install made'],
      ['longshore uninstall --role server --keep-data', 'the control plane, but not its state'],
    ],
    related: ['backup'],
  },
  doctor: { summary: 'look whether this machine can run Longshore', related: ['install server', 'install agent'] },
  backup: { summary: "write a control plane's state into one file", related: ['restore'] },
  restore: { summary: 'put a backup into a data directory', related: ['backup'] },

  lab: { summary: 'a cluster of containers, to break and to repair' },
  'lab up': {
    examples: [['longshore lab up --nodes 5', 'five nodes with engines of their own']],
    related: ['lab status', 'lab down'],
  },
  'lab down': { examples: [['longshore lab down', 'with its state']], related: ['lab up'] },
  'lab status': { examples: [['longshore lab status', 'every part, and what is broken']], related: ['lab repair'] },
  'lab load': { examples: [['longshore lab load web:1', 'an image that was built here']], related: ['apply'] },
  'lab shell': {
    examples: [
      ['longshore lab shell node-1', 'look around inside'],
      ['longshore lab shell node-1 -- docker ps', 'the containers of its engine'],
    ],
    related: ['lab status'],
  },
  'lab break': {
    examples: [
      ['longshore lab break node-2 --how kill', 'it loses power'],
      ['longshore lab break node-1 --how partition', 'it loses its network'],
    ],
    related: ['lab repair', 'lab status'],
  },
  'lab repair': { examples: [['longshore lab repair node-2', 'whatever was done to it']], related: ['lab break'] },

  apply: {
    summary: 'make objects as files say',
    examples: [
      ['longshore apply -f web.yaml', 'apply the objects of a file'],
      ['longshore apply -f k8s/ -R --wait', 'a folder and those in it; return when all is Ready'],
      ['cat web.yaml | longshore apply -f - --dry-run=server', 'have the server check, change nothing'],
    ],
    related: ['get', 'describe', 'delete'],
  },
  get: {
    examples: [
      ['longshore get pods -A -o wide', 'the pods of all namespaces, with their nodes'],
      ['longshore get deploy,svc -n web -l app=web', 'two kinds, by label'],
      ['longshore get deployment/web -o yaml', 'one object, whole'],
      ['longshore get all', 'pods, services and workloads of the namespace'],
      ['longshore get pods -w', 'and every change, until Ctrl-C'],
    ],
    related: ['describe', 'logs'],
  },
  describe: {
    summary: 'tell all about objects, with their events',
    examples: [
      ['longshore describe pod web-1', 'why does it not start?'],
      ['longshore describe node/node-1', 'what runs there, and what is left'],
      ['longshore describe svc -l app=web', 'services and the pods behind them'],
    ],
    related: ['get', 'logs'],
  },
  logs: {
    summary: 'print what a container has written',
    examples: [
      ['longshore logs web-1', 'of a pod'],
      ['longshore logs deployment/web -f --tail 20', 'of a pod of the deployment, and what comes'],
      ['longshore logs web-1 -c sidecar --previous', 'why did it end?'],
      ['longshore logs -l app=web -f', 'of all its pods at once'],
    ],
    related: ['describe', 'exec'],
  },
  exec: {
    summary: 'run a command in a container',
    examples: [
      ['longshore exec web-1 -- ls /srv', 'run a command'],
      ['longshore exec -it deployment/web -- sh', 'a shell in a pod of the deployment'],
      ['tar c . | longshore exec -i web-1 -- tar x -C /srv', 'with standard input'],
    ],
    related: ['logs', 'port-forward'],
  },
  'port-forward': {
    summary: 'reach ports of a pod from this machine',
    examples: [
      ['longshore port-forward svc/web 8080:80', 'http://localhost:8080 is the service'],
      ['longshore port-forward web-1 5432', 'the same port on both sides'],
      ['longshore port-forward deployment/web :http', 'any free port here, to the port named http'],
    ],
    related: ['exec', 'get'],
  },
  delete: {
    examples: [
      ['longshore delete -f web.yaml', 'the objects that a file names'],
      ['longshore delete pod web-1 web-2', 'by name'],
      ['longshore delete deployments,services -l app=web', 'by label'],
      ['longshore delete pod web-1 --force', 'at once'],
    ],
    related: ['apply', 'get'],
  },

  version: {
    summary: 'show the versions of longshore and of the server',
    examples: [
      ['longshore version', 'both versions'],
      ['longshore version -o json', 'for programs'],
    ],
  },
  completion: {
    summary: 'print the completion script of a shell',
    examples: [
      ['source <(longshore completion bash)', 'in this bash; for all, put it into ~/.bashrc'],
      ['longshore completion zsh > "${fpath[1]}/_longshore"', 'for zsh'],
      ['longshore completion fish | source', 'in this fish'],
    ],
  },
  'debug grpc list': { examples: [['longshore debug grpc list', 'the services of the node plane']] },
  'debug grpc describe': {
    examples: [['longshore debug grpc describe longshore.node.v1.NodeService', 'what can be asked of one']],
  },
  'debug grpc call': {
    examples: [
      ['longshore debug grpc call longshore.routing.v1.RoutingService/WatchRoutes --as kube-proxy', 'what a node is told'],
    ],
  },
};
