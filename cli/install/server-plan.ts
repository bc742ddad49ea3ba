import type { ControlPlaneConfig } from '../../lib/configuration/control-plane-settings.js';
import { renderConfigurationFile } from '../../lib/configuration/render-configuration.js';
import type { Resolution } from '../../lib/configuration/resolve-configuration.js';
import { configFolder, controlPlaneConfigFile, unitFile } from './machine-files.js';
import type { Plan } from './plan.js';
import { controlPlaneUnitName, controlPlaneUser, renderControlPlaneUnit } from './units/control-plane-unit.js';
import type { UnitFacts } from './units/unit-facts.js';

/** What makes this machine run the control plane. The configuration holds what was said, and no secret. Pure. */
export function computeServerPlan(facts: UnitFacts, kind: string, { config, resolved }: Resolution<ControlPlaneConfig>): Plan {
  const { dataDir } = config;
  const unit = unitFile(controlPlaneUnitName);
  return {
    steps: [
      { kind: 'user', name: controlPlaneUser, home: dataDir },
      { kind: 'directory', path: configFolder, mode: 0o755 },
      { kind: 'directory', path: dataDir, mode: 0o700, owner: controlPlaneUser },
      { kind: 'file', path: controlPlaneConfigFile, mode: 0o644, content: renderConfigurationFile(kind, resolved) },
      {
        kind: 'file',
        path: unit,
        mode: 0o644,
        content: renderControlPlaneUnit(facts, { configFile: controlPlaneConfigFile, dataDir }),
      },
      { kind: 'service', unit: controlPlaneUnitName, files: [unit, controlPlaneConfigFile] },
    ],
    byHand: [`longshore control-plane --config ${controlPlaneConfigFile}`],
  };
}
