/**
 * Takes messages into the folder given, many at once, and prints the number of each as soon as it is answered. Meant to be
 * killed. Arguments: folder, number of the first message.
 */
import { writeSync } from 'node:fs';
import { openIntake } from '../intake-harness.js';
import { crashMessage } from './crash-messages.js';

const [folder = '', first = '0'] = process.argv.slice(2);
const harness = await openIntake({ folder });
let next = Number(first);

async function post(): Promise<never> {
  for (;;) {
    const number = next++;
    const { facility, body } = crashMessage(number);
    const answer = await harness.post(facility, body);
    if (answer.outcome !== 'taken' && answer.outcome !== 'duplicate')
      throw new Error(`message ${number}: ${answer.outcome}`);
    writeSync(1, `${number}\n`);
  }
}

await Promise.all(Array.from({ length: 16 }, post));
