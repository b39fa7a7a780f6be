import { runApart } from '#service/run-apart.js';

runApart({
  name: 'district',
  port: 3003,
  load: async () => (await import('./service.js')).district,
});
