import { expect } from 'chai';
import fc from 'fast-check';
import { isError } from '../errors/errors.js';
import { bytes, canonicalQuantity, compareQuantities, cpuMillis, formatQuantity, isQuantity, parseQuantity } from './quantity.js';

const amount = fc.record({
  nanos: fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n }),
  format: fc.constantFrom('DecimalSI' as const, 'BinarySI' as const, 'DecimalExponent' as const),
});

describe('quantity', () => {
  for (const [text, millis] of [
    ['0', 0],
    ['1', 1000],
    ['0.1', 100],
    ['.5', 500],
    ['5.', 5000],
    ['250m', 250],
    ['1n', 1],
    ['1001u', 2],
    ['+2', 2000],
    ['-1.0001', -1001],
    ['1k', 1_000_000],
    ['2e3', 2_000_000],
    ['2E-3', 2],
    [1.5, 1500],
    [1e21, Number((2n ** 63n - 1n) * 1000n)],
  ] as const) {
    it(`reads ${text} as ${millis} millis`, () => {
      expect(cpuMillis(text)).to.equal(millis);
    });
  }

  for (const [text, expected] of [
    ['128Mi', 128 * 1024 ** 2],
    ['1Gi', 1024 ** 3],
    ['1.5Ki', 1536],
    ['1E', 1e18],
    ['1Ei', 2 ** 60],
    ['100m', 1],
    ['64M', 64e6],
    ['12e6', 12e6],
  ] as const) {
    it(`reads ${text} as ${expected} units`, () => {
      expect(bytes(text)).to.equal(expected);
    });
  }

  for (const [text, canonical] of [
    ['0', '0'],
    ['0.0Gi', '0'],
    ['1.5', '1500m'],
    ['1000m', '1'],
    ['1024Mi', '1Gi'],
    ['0.5Gi', '512Mi'],
    ['0.5Ki', '512'],
    ['1023', '1023'],
    ['1000', '1k'],
    ['1000000Ki', '1000000Ki'],
    ['1.5Mi', '1536Ki'],
    ['0.1Mi', '104857600m'],
    ['1500e3', '1500e3'],
    ['1e3', '1e3'],
    ['1000e0', '1e3'],
    ['0.0001u', '1n'],
    ['-250m', '-250m'],
    ['4Gi', '4Gi'],
    ['100000000', '100M'],
  ] as const) {
    it(`writes ${text} as ${canonical}`, () => {
      expect(canonicalQuantity(text)).to.equal(canonical);
    });
  }

  for (const text of ['', '.', 'abc', '1 ', ' 1', '1KI', '1ki', '1K', '1mi', '--1', '1.2.3', '1e', '1e1.5', '0x10', 'NaN', '1'.repeat(100)]) {
    it(`refuses ${JSON.stringify(text.slice(0, 10))}`, () => {
      expect(isQuantity(text)).to.equal(false);
      try {
        parseQuantity(text);
        expect.fail();
      } catch (thrown) {
        expect(isError(thrown, 'InvalidArgument')).to.equal(true);
      }
    });
  }

  it('keeps every amount exactly through its canonical text', () => {
    fc.assert(
      fc.property(amount, (quantity) => {
        expect(parseQuantity(formatQuantity(quantity)).nanos).to.equal(quantity.nanos);
      }),
    );
  });

  it('writes a canonical text that is its own canonical text', () => {
    fc.assert(
      fc.property(amount, (quantity) => {
        const text = formatQuantity(quantity);
        expect(canonicalQuantity(text)).to.equal(text);
      }),
    );
  });

  it('orders as the amounts do, across suffixes', () => {
    expect(compareQuantities('1Gi', '1G')).to.equal(1);
    expect(compareQuantities('1', '1000m')).to.equal(0);
    expect(compareQuantities('-1', '1n')).to.equal(-1);
  });

  it('never rounds down', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 18n }), (nanos) => {
        const text = `${nanos}n`;
        expect(cpuMillis(text)).to.be.gte(Number(nanos) / 1e6);
        expect(cpuMillis(text) - Number(nanos) / 1e6).to.be.lessThan(1 + 1e-3);
      }),
    );
  });
});
