import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

import { runCommand, type CommandRunner } from '../../kube-proxy/commands/command-runner.js';

/** Says on every port who it is and who asked: `<name> <client address>`. Arguments: name, TCP ports, UDP ports. */
const echoServer = `
const [name, tcp, udp] = process.argv.slice(1);
const ports = (list) => (list === '' ? [] : list.split(',').map(Number));
let open = ports(tcp).length + ports(udp).length;
const ready = () => { if (--open === 0) console.log('ready'); };
for (const port of ports(tcp)) require('net').createServer((s) => { s.on('error', () => {}); s.end(name + ' ' + s.remoteAddress.replace('::ffff:', '')); }).listen(port, '0.0.0.0', ready);
for (const port of ports(udp)) { const s = require('dgram').createSocket('udp4'); s.on('message', (m, c) => s.send(name + ' ' + c.address, c.port, c.address)); s.bind(port, ready); }
`;

/** Sends one datagram and prints the answer, or the error. Arguments: address, port, source port or 0. */
const udpClient = `
const [address, port, source] = process.argv.slice(1);
const s = require('dgram').createSocket('udp4');
const end = (text) => { console.log(text); process.exit(0); };
s.on('message', (m) => end(String(m)));
s.on('error', (e) => end(e.code));
setTimeout(() => end('timeout'), 1500);
s.bind(Number(source), () => s.connect(Number(port), address, () => s.send('x')));
`;

/**
 * A small network of its own, made of network namespaces and veth pairs, so that a test may
 * do what it likes to rules and routes. Needs root.
 */
export class TestNetwork {
  readonly #prefix: string;
  readonly #namespaces: string[] = [];
  readonly #servers: ChildProcess[] = [];

  /** @param prefix of the namespaces' names, distinct among tests that run side by side */
  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** Adds a namespace with a working loopback. */
  async add(name: string): Promise<void> {
    await runCommand('ip', ['netns', 'add', this.#full(name)]);
    this.#namespaces.push(name);
    await this.run(name, 'ip', 'link', 'set', 'lo', 'up');
  }

  /** Joins two namespaces with a cable; each end is given its address, and is called after the other namespace. */
  async connect(a: { in: string; address?: string }, b: { in: string; address?: string }): Promise<void> {
    await runCommand('ip', [
      ...['link', 'add', `to-${b.in}`, 'netns', this.#full(a.in), 'type', 'veth'],
      ...['peer', 'name', `to-${a.in}`, 'netns', this.#full(b.in)],
    ]);
    for (const [end, other] of [
      [a, b],
      [b, a],
    ] as const) {
      if (end.address !== undefined) await this.run(end.in, 'ip', 'address', 'add', end.address, 'dev', `to-${other.in}`);
      await this.run(end.in, 'ip', 'link', 'set', `to-${other.in}`, 'up');
    }
  }

  /** Joins a namespace with the machine itself; both ends are called after the namespace's full name. */
  async connectToHost(name: string, addresses: { host: string; address: string }): Promise<void> {
    const cable = this.#full(name).slice(0, 15);
    await runCommand('ip', ['link', 'add', cable, 'type', 'veth', 'peer', 'name', 'to-host', 'netns', this.#full(name)]);
    await runCommand('ip', ['address', 'add', addresses.host, 'dev', cable]);
    await runCommand('ip', ['link', 'set', cable, 'up']);
    await this.run(name, 'ip', 'address', 'add', addresses.address, 'dev', 'to-host');
    await this.run(name, 'ip', 'link', 'set', 'to-host', 'up');
  }

  /** Adds a bridge with `address` in `host`. */
  async addBridge(host: string, bridge: string, address: string): Promise<void> {
    await this.run(host, 'ip', 'link', 'add', bridge, 'type', 'bridge');
    await this.run(host, 'ip', 'address', 'add', address, 'dev', bridge);
    await this.run(host, 'ip', 'link', 'set', bridge, 'up');
  }

  /** Adds a pod with `address` (and prefix length) on a bridge of `host`; its default route is `gateway`. */
  async addPod(pod: string, options: { host: string; bridge: string; address: string; gateway: string }): Promise<void> {
    await this.add(pod);
    await this.connect({ in: pod, address: options.address }, { in: options.host });
    await this.run(options.host, 'ip', 'link', 'set', `to-${pod}`, 'master', options.bridge);
    await this.run(pod, 'ip', 'route', 'add', 'default', 'via', options.gateway);
  }

  /** Runs a program in a namespace. */
  run(name: string, file: string, ...args: string[]): Promise<string> {
    return runCommand('ip', ['netns', 'exec', this.#full(name), file, ...args]);
  }

  /** A CommandRunner whose programs run in the namespace `name`. */
  runnerIn(name: string): CommandRunner {
    return (file, args, options) => runCommand('ip', ['netns', 'exec', this.#full(name), file, ...args], options);
  }

  /** A CommandRunner-like start of a long-lived program in the namespace; killed by `remove`. */
  start(name: string, file: string, args: readonly string[]): ChildProcess {
    const child = spawn('ip', ['netns', 'exec', this.#full(name), file, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#servers.push(child);
    return child;
  }

  /** Starts a server that says `<name> <client address>`; ready when this resolves. */
  async serve(name: string, ports: { tcp?: number[]; udp?: number[] }): Promise<void> {
    const args = ['-e', echoServer, name, (ports.tcp ?? []).join(','), (ports.udp ?? []).join(',')];
    const child = this.start(name, process.execPath, args);
    await once(child.stdout!, 'data');
  }

  /** What a TCP server answers to a client in `name`; 'refused' or 'timeout' when there is no connection. */
  async askTcp(name: string, address: string, port: number): Promise<string> {
    try {
      return await this.run(name, 'timeout', '2', 'bash', '-c', `exec 3<>/dev/tcp/${address}/${port} && cat <&3`);
    } catch (thrown) {
      const { status, stderr } = (thrown as { fields: { status: number; stderr: string } }).fields;
      if (status === 124) return 'timeout';
      if (stderr.includes('refused')) return 'refused';
      throw thrown;
    }
  }

  /** What a UDP server answers to a client in `name`, 'timeout', or an error code. */
  async askUdp(name: string, address: string, port: number, sourcePort = 0): Promise<string> {
    return (await this.run(name, process.execPath, '-e', udpClient, address, String(port), String(sourcePort))).trim();
  }

  async remove(): Promise<void> {
    for (const server of this.#servers) {
      server.kill('SIGKILL');
      if (server.exitCode === null && server.signalCode === null) await once(server, 'exit');
    }
    for (const name of this.#namespaces) await runCommand('ip', ['netns', 'delete', this.#full(name)]);
  }

  #full(name: string): string {
    return `${this.#prefix}-${name}`;
  }
}
