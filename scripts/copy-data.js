// Data files that the compiled code reads from beside itself; tsc copies only code.
import { cpSync } from 'node:fs';

for (const path of ['lib/kubernetes/schema', 'proto/longshore']) cpSync(path, `dist/${path}`, { recursive: true });
