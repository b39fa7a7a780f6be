import { openEventStoreDb } from './dist/libs/event-store/src/eventstoredb/eventstoredb-event-store.js';
import { InProcessServer } from './dist/libs/event-store/test/in-process-server/in-process-server.js';
import { streamName } from './dist/libs/event-store/src/event-store.js';
const server = await InProcessServer.start();
const store = await openEventStoreDb({ url: server.url, waits: { lookMs: 50 } });
const visit = () => ({ id: crypto.randomUUID(), type: 'VisitRecorded', data: {a:1}, metadata: { occurredAt: 'x' } });
const ns = () => streamName('visit', crypto.randomUUID());
let t = performance.now(); let c0 = process.cpuUsage(); const lap = (n) => { const c = process.cpuUsage(c0); console.log(n, Math.round(performance.now() - t), 'cpu ms', Math.round((c.user + c.system) / 1000)); t = performance.now(); c0 = process.cpuUsage(); };
for (let i = 0; i < 5; i++) { await store.append(ns(), 'noStream', [visit()]); lap('append'); }
const s = ns(); await store.append(s, 'noStream', [visit()]); lap('a');
for (let i = 0; i < 5; i++) { await store.readStream(s); lap('read'); }
for (let i = 0; i < 3; i++) { await store.readStream(ns()); lap('read none'); }
for (let i = 0; i < 5; i++) { await store.head(); lap('head'); }
for (let i = 0; i < 100; i++) { await store.append(ns(), 'noStream', [visit()]); } lap('100 appends');
await Promise.all(Array.from({length: 1000}, () => store.append(ns(), 'noStream', [visit()]))); lap('1000 par appends');
for (let r=0;r<3;r++){ await Promise.all(Array.from({length: 1000}, () => store.append(ns(), 'noStream', [visit()]))); lap('1000 par appends');}
for (let r=0;r<3;r++){ await Promise.all(Array.from({length: 500}, () => store.append(ns(), 'any', [visit()]))); lap('500 par any');}
for (let r=0;r<2;r++){let m = 0; for await (const b of store.readAll({})) m += b.events.length; lap('readAll big ' + m);}
let n = 0; for await (const b of store.readAll({batchSize: 37})) n += b.events.length; lap('readAll ' + n);
for (let k = 0; k < 3; k++) {
const stop = new AbortController(); let c = 0;
for await (const b of store.subscribe({ after: 0, batchSize: 11, signal: stop.signal })) { c += b.events.length; if (c >= 37) stop.abort(); } lap('sub 37');
}
await store.close(); await server.stop(); lap('closed');
