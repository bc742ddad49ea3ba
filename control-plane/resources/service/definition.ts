import type { Service } from '../../../lib/kubernetes/types/core-v1.js';
import { defineResource } from '../define.js';
import { allocateService, serviceClaims } from './service-allocation.js';
import { serviceColumns } from './service-columns.js';
import { carryAllocations, defaultService } from './service-defaults.js';
import { validateService } from './service-validation.js';
import { refuse } from '../registry/normal-form.js';

export const serviceDefinition = defineResource<Service>({
  group: '',
  kind: 'Service',
  plural: 'services',
  shortNames: ['svc'],
  categories: ['all'],
  schemaType: 'core.v1.Service',
  status: true,
  nameFormat: 'service',
  columns: serviceColumns,
  fieldSelectors: [
    { path: 'spec.clusterIP', value: ({ spec }) => spec.clusterIP ?? '' },
    { path: 'spec.type', value: ({ spec }) => spec.type ?? '' },
  ],
  defaults: defaultService,
  admit: async (service, previous, context) => {
    if (previous) carryAllocations(service, previous);
    // Nothing is allocated for what will be refused.
    refuse(serviceDefinition, service, validateService(service, previous));
    await allocateService(service, previous, context);
  },
  prepareForCreate: (service) => {
    service.status = { loadBalancer: {} };
  },
  validate: validateService,
  claims: serviceClaims,
});
