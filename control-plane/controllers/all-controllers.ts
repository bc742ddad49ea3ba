import type { Registry } from 'prom-client';

import type { Task } from '../../lib/lifecycle/supervise.js';
import type { ControllerContext } from './controller-context.js';
import { createControllerMetrics } from './controller-metrics.js';
import { createDeploymentController } from './deployment/controller.js';
import { createEndpointSliceController } from './endpoint-slice/controller.js';
import { createEndpointsController } from './endpoints/controller.js';
import { createGarbageCollectionController } from './garbage-collection/controller.js';
import { createNamespaceController } from './namespace/controller.js';
import { createNodeLifecycleController } from './node-lifecycle/controller.js';
import { createPodGcController } from './pod-gc/controller.js';
import { createReplicaSetController } from './replica-set/controller.js';
import { createRootCaController } from './root-ca/controller.js';
import { createServiceAccountController } from './service-account/controller.js';

export interface ControllersConfig {
  /** The cluster's CA certificate, published in every namespace. */
  caPem: string;
  /** Silence after which a node is lost. Default 8 s. */
  nodeGraceMs?: number;
  /** Finished pods that are kept. Default 12500. */
  terminatedPodThreshold?: number;
  /** How long a deleted node's pods wait for it to register again. Default 5 s. */
  missingNodeQuarantineMs?: number;
}

/**
 * Every controller, ready to be supervised. They start once the informers of `resources`
 * are fed (`resources.run`), which must run beside them.
 * @param options.metrics call once a registry
 */
export function createControllers(
  options: Omit<ControllerContext, 'metrics'> & { metrics: Registry; config: ControllersConfig },
): Task[] {
  const { resources, recorder, clock, log, config } = options;
  const context: ControllerContext = { resources, recorder, clock, log, metrics: createControllerMetrics(options.metrics) };
  const { nodeGraceMs, terminatedPodThreshold, missingNodeQuarantineMs } = config;
  return [
    createDeploymentController(context),
    createReplicaSetController(context),
    createEndpointSliceController(context),
    createEndpointsController(context),
    createServiceAccountController(context),
    createRootCaController(context, { caPem: config.caPem }),
    createNamespaceController(context),
    createGarbageCollectionController(context),
    createPodGcController(context, {
      ...(terminatedPodThreshold !== undefined && { terminatedThreshold: terminatedPodThreshold }),
      ...(missingNodeQuarantineMs !== undefined && { quarantineMs: missingNodeQuarantineMs }),
    }),
    createNodeLifecycleController(context, nodeGraceMs === undefined ? {} : { graceMs: nodeGraceMs }),
  ];
}
