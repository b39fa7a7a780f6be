import { runApart } from '#service/run-apart.js';

runApart({
  name: 'commune',
  port: 3001,
  takesFacilities: true,
  load: async () => (await import('./service.js')).commune,
});
