import { runApart } from '#service/run-apart.js';

runApart({
  name: 'record',
  port: 3002,
  load: async () => (await import('./service.js')).record,
});
