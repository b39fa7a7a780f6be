// npm run gateway: one origin for services that run apart on this machine. For development; production has a reverse proxy.
import { parseArgs } from 'node:util';
import { startGateway } from './gateway.js';
import type { ServiceName } from './public-paths.js';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '3000' },
    commune: { type: 'string', default: 'http://127.0.0.1:3001' },
    record: { type: 'string', default: 'http://127.0.0.1:3002' },
    district: { type: 'string', default: 'http://127.0.0.1:3003' },
    province: { type: 'string', default: 'http://127.0.0.1:3004' },
  },
});
const replicas = (service: ServiceName): readonly string[] => values[service].split(',');
const gateway = await startGateway({ replicas, port: Number(values.port) });
process.stdout.write(`ready ${gateway.origin}\n`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void gateway.stop());
