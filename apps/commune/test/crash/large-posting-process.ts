/**
 * Takes one large envelope into the folder given, and says when it has begun to decide. Meant to be killed. Arguments: folder,
 * number of the envelope.
 */
import { writeSync } from 'node:fs';
import { message, openIntake, station } from '../intake-harness.js';
import { envelopeOfMany } from './large-messages.js';

const [folder = '', number = '0'] = process.argv.slice(2);
const harness = await openIntake({ folder });
const body = envelopeOfMany(Number(number));
const { body: _held, ...details } = message(station, body);
const upload = await harness.originals.upload();
for (let at = 0; at < body.length; at += 20_000) await upload.write(body.subarray(at, at + 20_000));
const large = await upload.finish(details);
writeSync(1, 'kept\n');
await harness.intake.receive(large);
await new Promise(() => setInterval(() => undefined, 1000));
