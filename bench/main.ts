import { benchEventLoop } from './event-loop.js';
import { benchPods } from './pods.js';

const [what = '', rounds = '3'] = process.argv.slice(2);
if (what === 'pods' && /^[1-9]\d?$/.test(rounds)) console.log(await benchPods(Number(rounds)));
else if (what === 'event-loop') console.log(await benchEventLoop());
else {
  console.error('usage: npm run bench -- pods [rounds, 1 to 99]\n       npm run bench -- event-loop');
  process.exitCode = 2;
}
