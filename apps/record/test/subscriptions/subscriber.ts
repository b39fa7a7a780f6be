/** A client that subscribes, by plain HTTP beside fhir-kit-client where the headers matter. */
import type { Resource, Subscription } from '@medplum/fhirtypes';
import type { TopicSubscription } from '../../src/subscriptions/subscription-resource.js';
import type { Identity } from '../fhir-server.js';
import { type RecordService, until } from './record-service.js';

export interface Answer<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

export interface Frame {
  readonly event: string;
  readonly id: string;
  readonly data: unknown;
}

export class SubscriberOf {
  constructor(
    private readonly service: RecordService,
    private readonly identity: Identity,
  ) {}

  /** By fhir-kit-client. */
  async create(body: TopicSubscription): Promise<Subscription> {
    const client = await this.service.client(this.identity);
    return (await client.create({ resourceType: 'Subscription', body: body as never })) as unknown as Subscription;
  }

  async reaches(id: string, status: string): Promise<void> {
    const client = await this.service.client(this.identity);
    await until(`${id} ${status}`, async () => {
      const read = (await client.read({ resourceType: 'Subscription', id })) as unknown as Subscription;
      return read.status === status;
    });
  }

  async delete(id: string): Promise<void> {
    const { status } = await this.#ask('DELETE', `Subscription/${id}`);
    if (status !== 204) throw new Error(`DELETE: ${status}`);
  }

  get<Body = Resource>(path: string): Promise<Answer<Body>> {
    return this.#ask('GET', path);
  }

  post<Body = Resource>(path: string, body: object): Promise<Answer<Body>> {
    return this.#ask('POST', path, body);
  }

  put<Body = Resource>(id: string, body: object, ifMatch?: string): Promise<Answer<Body>> {
    return this.#ask('PUT', `Subscription/${id}`, body, ifMatch === undefined ? {} : { 'if-match': ifMatch });
  }

  async text(path: string, accept: string): Promise<string> {
    const answer = await fetch(`${this.service.base}/${path}`, { headers: { ...(await this.#headers()), accept } });
    return answer.text();
  }

  /** Frames of an event stream, those that say that the line is alive left out. */
  stream(path: string, lastEventId?: string): { next(): Promise<Frame>; close(): Promise<void> } {
    const frames = this.#frames(path, lastEventId);
    return {
      next: async () => {
        const result = await frames.next();
        if (result.done === true) throw new Error('The stream has ended');
        return result.value;
      },
      close: async () => void (await frames.return(undefined)),
    };
  }

  async *#frames(path: string, lastEventId: string | undefined): AsyncGenerator<Frame, undefined> {
    const answer = await fetch(`${this.service.base}/${path}`, {
      headers: {
        ...(await this.#headers()),
        accept: 'text/event-stream',
        ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
      },
    });
    let text = '';
    for await (const chunk of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk;
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const frame = frameOf(text.slice(0, end));
        text = text.slice(end + 2);
        if (frame?.event === 'notification') yield frame;
      }
    }
    return undefined;
  }

  async #headers(): Promise<Record<string, string>> {
    return { authorization: `Bearer ${await this.service.token(this.identity)}` };
  }

  async #ask<Body>(
    method: string,
    path: string,
    body?: object,
    more: Readonly<Record<string, string>> = {},
  ): Promise<Answer<Body>> {
    const answer = await fetch(`${this.service.base}/${path}`, {
      method,
      headers: {
        ...(await this.#headers()),
        ...(body && { 'content-type': 'application/fhir+json' }),
        ...more,
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return {
      status: answer.status,
      headers: answer.headers,
      body: (text === '' ? undefined : JSON.parse(text)) as Body,
    };
  }
}

function frameOf(text: string): Frame | undefined {
  const field = (name: string): string | undefined => new RegExp(`^${name}: (.*)$`, 'm').exec(text)?.[1];
  const data = field('data');
  return data === undefined
    ? undefined
    : { event: field('event') ?? '', id: field('id') ?? '', data: JSON.parse(data) as unknown };
}
