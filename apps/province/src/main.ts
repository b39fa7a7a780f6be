import { runApart } from '#service/run-apart.js';

runApart({
  name: 'province',
  port: 3004,
  load: async () => (await import('./service.js')).province,
});
