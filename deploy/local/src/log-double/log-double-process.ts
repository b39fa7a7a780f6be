// Stands in for EventStoreDB as a process of its own, in memory alone. Parameter: the port.
import { InProcessServer } from './in-process-server.js';

const server = await InProcessServer.start({ port: Number(process.argv[2]) });
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.stop());
process.stdout.write(`a double of EventStoreDB, in memory, not durable: ${server.url}\n`);
