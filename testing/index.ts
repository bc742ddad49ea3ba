/// <reference lib="esnext.disposable" />
/**
 * @longshore/testing: a Kubernetes cluster inside a test. testing/README.md is its manual.
 */
export type { ClusterOptions } from './cluster/cluster-options.js';
export { startCluster, TestCluster } from './cluster/test-cluster.js';
export type { ForwardedPort } from './cluster/forward-port.js';
export type { HttpAnswer } from './cluster/http-over-port.js';
export type { TestNode } from './cluster/test-node.js';
export type { ControlPlane } from './cluster/control-plane.js';
export { type ExecResult, type ManifestInput, TestNamespace } from './cluster/test-namespace.js';
export { useCluster } from './runners/use-cluster.js';
export type { RunnerHooks } from './runners/runner-hooks.js';

export { ApiClient } from '../lib/kubernetes-client/api-client.js';
export { type ApiAccess, readKubeconfig } from '../lib/kubernetes-client/kubeconfig.js';
export type { AnyObject, KubeObject, Manifest } from '../lib/kubernetes-client/objects.js';
export type { WaitOptions } from '../lib/kubernetes-client/wait/wait-for.js';
export { openAttach, openExec } from '../lib/kubernetes-client/streams/open-process.js';
export { openPort } from '../lib/kubernetes-client/streams/open-port.js';
export type { RemoteProcess } from '../lib/kubernetes-client/streams/remote-process.js';
export { LongshoreError } from '../lib/errors/errors.js';
export type * as appsV1 from '../lib/kubernetes/types/apps-v1.js';
export type * as coreV1 from '../lib/kubernetes/types/core-v1.js';
export type * as metaV1 from '../lib/kubernetes/types/meta-v1.js';
