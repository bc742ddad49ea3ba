import { expect } from 'chai';

import { hasColors } from './colors.js';

describe('hasColors', () => {
  const terminal = { isTTY: true };
  const cases: [what: string, args: Parameters<typeof hasColors>, wanted: boolean][] = [
    ['a terminal', [terminal, {}, []], true],
    ['a pipe', [{}, {}, []], false],
    ['a dumb terminal', [terminal, { TERM: 'dumb' }, []], false],
    ['NO_COLOR', [terminal, { NO_COLOR: '1' }, []], false],
    ['an empty NO_COLOR', [terminal, { NO_COLOR: '' }, []], true],
    ['FORCE_COLOR on a pipe', [{}, { FORCE_COLOR: '1' }, []], true],
    ['FORCE_COLOR=0 on a terminal', [terminal, { FORCE_COLOR: '0' }, []], false],
    ['NO_COLOR beside FORCE_COLOR', [{}, { FORCE_COLOR: '1', NO_COLOR: '1' }, []], false],
    ['--no-color', [terminal, { FORCE_COLOR: '1' }, ['get', '--no-color']], false],
    ["a command's own --no-color", [terminal, {}, ['exec', 'p', '--', 'ls', '--no-color']], true],
  ];
  for (const [what, args, wanted] of cases) {
    it(`says ${wanted ? 'yes' : 'no'} for ${what}`, () => expect(hasColors(...args)).to.equal(wanted));
  }
});
