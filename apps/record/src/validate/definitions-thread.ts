/** The thread in which HL7's definitions are loaded. */
import { parentPort, type MessagePort } from 'node:worker_threads';
import type { Resource } from '@medplum/fhirtypes';
import { invaliditiesOf, type Invalidity } from '#fhir/validation.js';

export interface CheckAsked {
  readonly id: number;
  readonly resource: Resource;
}
export interface CheckAnswered {
  readonly id: number;
  readonly found: readonly Invalidity[];
}

if (!parentPort) throw new Error('Runs as a worker thread only');
const port: MessagePort = parentPort;

/** The validator expects something like a resource; what is not is told apart from what is wrong. */
const notCheckable: Invalidity = {
  path: '',
  text: 'the resource is too far from what the definitions describe to be checked',
};

port.on('message', ({ id, resource }: CheckAsked) => {
  let found: readonly Invalidity[];
  try {
    found = invaliditiesOf(resource);
  } catch {
    found = [notCheckable];
  }
  port.postMessage({ id, found } satisfies CheckAnswered);
});
