import { Setting } from './setting.js';

export function logLevelSetting(): Setting {
  return new Setting('--log-level <level>', 'least severe line to log')
    .choices(['debug', 'info', 'warn', 'error'])
    .default('info');
}
