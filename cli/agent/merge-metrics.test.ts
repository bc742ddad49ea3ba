import { expect } from 'chai';

import { mergeMetrics } from './merge-metrics.js';

describe('mergeMetrics', () => {
  it('puts the samples of a metric together, below one header', () => {
    const page = (component: string, own: string): string =>
      [
        '# HELP memory Bytes.',
        '# TYPE memory gauge',
        `memory{component="${component}"} 1`,
        '',
        `# HELP ${own} Own.`,
        `# TYPE ${own} counter`,
        `${own} 2`,
        '',
      ].join('\n');
    expect(mergeMetrics([page('a', 'of_a'), '', page('b', 'of_b')]).split('\n')).to.deep.equal([
      '# HELP memory Bytes.',
      '# TYPE memory gauge',
      'memory{component="a"} 1',
      'memory{component="b"} 1',
      '',
      '# HELP of_a Own.',
      '# TYPE of_a counter',
      'of_a 2',
      '',
      '# HELP of_b Own.',
      '# TYPE of_b counter',
      'of_b 2',
      '',
    ]);
  });
});
