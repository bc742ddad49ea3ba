import { benchPods } from './pods.js';

const [what = 'pods', rounds = '3'] = process.argv.slice(2);
if (what !== 'pods' || !/^[1-9]\d?$/.test(rounds)) {
  console.error('usage: npm run bench -- pods [rounds, 1 to 99]');
  process.exit(2);
}
console.log(await benchPods(Number(rounds)));
