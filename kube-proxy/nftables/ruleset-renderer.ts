import { type ServiceRoute } from '../../proto/gen/longshore/routing/v1/routing.js';
import { withClusterDnsRoute } from '../routes/cluster-dns-route.js';
import { type RoutingTable } from '../routes/routing-table.js';
import { type RenderContext } from './render-context.js';
import { renderBaseChains, renderBaseSets } from './render-base.js';
import { renderService, type ServiceRules } from './render-service.js';
import { type Ruleset } from './ruleset.js';

/**
 * Renders whole tables, remembering the rules of services that did not change, so that a
 * small change costs little to render and is found by identity.
 */
export class RulesetRenderer {
  #contextKey = '';
  #remembered = new WeakMap<ServiceRoute, ServiceRules>();

  /** The same ruleset for the same arguments, whatever was rendered before. */
  render(table: RoutingTable, context: RenderContext): Ruleset {
    const contextKey = JSON.stringify(context);
    if (contextKey !== this.#contextKey) {
      this.#contextKey = contextKey;
      this.#remembered = new WeakMap();
    }
    const chains = renderBaseChains(context);
    const sets = renderBaseSets(context);
    const services = withClusterDnsRoute(table, context.nodeName, context.findsSockets ? context.gateway : undefined).services;
    for (const id of [...services.keys()].sort()) {
      const service = services.get(id);
      if (!service) continue;
      const rules = this.#rulesOf(service, context);
      for (const [name, chain] of rules.chains) chains.set(name, chain);
      for (const [name, set] of rules.sets) sets.set(name, { ...set, elements: 'dynamic' });
      for (const { set, key, verdict } of rules.elements) {
        const elements = sets.get(set)?.elements;
        // Two services that claim one external address: the first by name has it.
        if (elements instanceof Map && !elements.has(key)) elements.set(key, verdict);
      }
    }
    return { chains, sets };
  }

  #rulesOf(service: ServiceRoute, context: RenderContext): ServiceRules {
    let rules = this.#remembered.get(service);
    if (!rules) {
      rules = renderService(service, context);
      this.#remembered.set(service, rules);
    }
    return rules;
  }
}
