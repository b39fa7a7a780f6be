/**
 * A server for tests that speaks the protocol of EventStoreDB, with the service definitions of the client's package. It behaves
 * as the server's source and documentation say; what it proves is the client's use of the protocol, never the server's behaviour.
 */
import { setTimeout as pause } from 'node:timers/promises';
import {
  type Metadata,
  Server,
  ServerCredentials,
  type sendUnaryData,
  type ServerDuplexStream,
  type ServerReadableStream,
  type ServerUnaryCall,
  type ServerWritableStream,
} from '@grpc/grpc-js';
import gossipServices from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import gossip from '@eventstore/db-client/generated/gossip_pb.js';
import featureServices from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import features from '@eventstore/db-client/generated/serverfeatures_pb.js';
import streamServices from '@eventstore/db-client/generated/streams_grpc_pb.js';
import type {
  AppendReq,
  AppendResp,
  BatchAppendReq,
  BatchAppendResp,
  ReadReq,
  ReadResp,
} from '@eventstore/db-client/generated/streams_pb.js';
import { type AppendService, serveAppend, serveBatchAppend } from './appends.js';
import { type Faults, midway } from './faults.js';
import { recordsFor, streamOf, subscriptionOf } from './read-requests.js';
import { subscriptionMessages } from './subscription.js';
import { openTcpLine, type TcpLine } from './tcp-line.js';
import { TransactionLog } from './transaction-log.js';
import { errors, eventMessage, streamNotFoundMessage } from './wire-forms.js';

export interface InProcessServerOptions {
  readonly log?: TransactionLog;
  readonly appendLimitBytes?: number;
  readonly version?: string;
  /** Certificate and key in PEM; without them the line is not encrypted. */
  readonly tls?: { readonly certificate: Buffer; readonly key: Buffer };
  /** Required of every call; `user:password`. */
  readonly credentials?: string;
  readonly faults?: Faults;
  /** Default: any that is free. */
  readonly port?: number;
}

/** Who leads a cluster of servers on one log. */
export interface Cluster {
  leader: { readonly host: string; readonly port: number } | undefined;
  readonly members: InProcessServer[];
}

export class InProcessServer {
  readonly log: TransactionLog;
  readonly faults: Faults;
  /** Appends and reads that were called. */
  readonly calls = { appendStreams: 0, appends: 0, reads: 0, subscriptions: 0, openReads: 0 };
  /** Positions from which subscriptions were asked for. */
  readonly subscribedAfter: (number | undefined)[] = [];
  cluster: Cluster = { leader: undefined, members: [this] };
  readonly #server: Server;
  readonly #options: InProcessServerOptions;
  readonly #line: TcpLine;

  private constructor(options: InProcessServerOptions, server: Server, line: TcpLine) {
    this.#options = options;
    this.log = options.log ?? new TransactionLog();
    this.faults = options.faults ?? {};
    this.#server = server;
    this.#line = line;
    this.#serve();
  }

  static async start(options: InProcessServerOptions = {}): Promise<InProcessServer> {
    const server = new Server({ 'grpc.max_receive_message_length': 17 * 1024 * 1024 });
    const credentials =
      options.tls === undefined
        ? ServerCredentials.createInsecure()
        : ServerCredentials.createSsl(null, [{ cert_chain: options.tls.certificate, private_key: options.tls.key }]);
    const port = await new Promise<number>((resolve, reject) =>
      server.bindAsync('127.0.0.1:0', credentials, (error, bound) => (error ? reject(error) : resolve(bound))),
    );
    return new InProcessServer(options, server, await openTcpLine(port, options.port));
  }

  get port(): number {
    return this.#line.port;
  }

  get url(): string {
    return `esdb://127.0.0.1:${this.port}?tls=false`;
  }

  get line(): TcpLine {
    return this.#line;
  }

  async stop(): Promise<void> {
    this.#server.forceShutdown();
    await this.#line.close();
  }

  #serve(): void {
    const appends: AppendService = {
      log: this.log,
      appendLimitBytes: this.#options.appendLimitBytes ?? 1024 * 1024,
      fault: () => {
        this.calls.appends++;
        return this.faults.append?.();
      },
      wait: () => this.#wait(),
      refusal: (call) => this.#refusal(call.metadata),
    };
    this.#server.addService(streamServices.StreamsService, {
      read: (call: ServerWritableStream<ReadReq, ReadResp>) => {
        this.calls.openReads++;
        call.on('close', () => this.calls.openReads--);
        void this.#read(call);
      },
      append: (call: ServerReadableStream<AppendReq, AppendResp>, answer: sendUnaryData<AppendResp>) =>
        serveAppend(appends, call, answer),
      batchAppend: (call: ServerDuplexStream<BatchAppendReq, BatchAppendResp>) => {
        this.calls.appendStreams++;
        serveBatchAppend(appends, call);
      },
      delete: (_call: ServerUnaryCall<unknown, never>, answer: sendUnaryData<never>) => answer(errors.unavailable()),
      tombstone: (_call: ServerUnaryCall<unknown, never>, answer: sendUnaryData<never>) => answer(errors.unavailable()),
    });
    this.#server.addService(gossipServices.GossipService, {
      read: (_call: unknown, answer: sendUnaryData<InstanceType<typeof gossip.ClusterInfo>>) =>
        answer(null, this.#clusterInfo()),
    });
    this.#server.addService(featureServices.ServerFeaturesService, {
      getSupportedMethods: (_call: unknown, answer: sendUnaryData<InstanceType<typeof features.SupportedMethods>>) => {
        const supported = new features.SupportedMethods();
        supported.setEventStoreServerVersion(this.#options.version ?? '24.10.0');
        const batchAppend = new features.SupportedMethod();
        batchAppend.setServiceName('event_store.client.streams.streams');
        batchAppend.setMethodName('batchappend');
        supported.setMethodsList([batchAppend]);
        answer(null, supported);
      },
    });
  }

  async #read(call: ServerWritableStream<ReadReq, ReadResp>): Promise<void> {
    const refusal = this.#refusal(call.metadata);
    if (refusal !== undefined) return fail(call, refusal);
    const subscription = subscriptionOf(call.request);
    if (subscription === undefined) this.calls.reads++;
    else {
      this.calls.subscriptions++;
      this.subscribedAfter.push(subscription.after);
    }
    const fault = this.faults.read?.({ subscription: subscription !== undefined });
    if (fault === 'unavailable') return fail(call, errors.unavailable());
    if (fault === 'access-denied') return fail(call, errors.accessDenied());
    if (fault === 'silent') return;
    await this.#wait();
    let sent = 0;
    let over = false;
    let wake: (() => void) | undefined;
    const stop = (): void => {
      over = true;
      wake?.();
    };
    call.on('cancelled', stop);
    call.on('error', stop);
    call.on('drain', () => wake?.());
    const isOver = (): boolean => over;
    for await (const message of this.#messages(call, isOver)) {
      if (over) return;
      if (fault?.endsWith('-midway') === true && sent++ === midway) {
        if (fault === 'unavailable-midway') fail(call, errors.unavailable());
        if (fault === 'ended-midway') call.end();
        return;
      }
      if (!call.write(message) && !isOver()) await new Promise<void>((resolve) => (wake = resolve));
    }
    if (!over) call.end();
  }

  async *#messages(call: ServerWritableStream<ReadReq, ReadResp>, isOver: () => boolean): AsyncIterable<ReadResp> {
    const subscription = subscriptionOf(call.request);
    if (subscription !== undefined) {
      let wake: (() => void) | undefined;
      let written = false;
      const stop = this.log.follow(() => {
        written = true;
        wake?.();
      });
      call.on('cancelled', () => wake?.());
      try {
        yield* subscriptionMessages(this.log, subscription, async () => {
          if (!written && !isOver()) await new Promise<void>((resolve) => (wake = resolve));
          written = false;
          return !isOver();
        });
      } finally {
        stop();
      }
      return;
    }
    const stream = streamOf(call.request);
    const found = stream === undefined ? [] : this.log.recordsOf(stream);
    if (found === 'tombstoned') fail(call, errors.streamDeleted(stream ?? ''));
    else if (found === undefined) yield streamNotFoundMessage(stream ?? '');
    else for (const record of recordsFor(call.request, this.log, found)) yield eventMessage(record, false);
  }

  #refusal(metadata: Metadata): object | undefined {
    const { leader } = this.cluster;
    const isLeader = leader === undefined || leader.port === this.port;
    if (metadata.get('requires-leader')[0] === 'true' && !isLeader) return errors.notLeader(leader);
    if (this.#options.credentials === undefined) return undefined;
    const expected = `Basic ${Buffer.from(this.#options.credentials).toString('base64')}`;
    return metadata.get('authorization')[0] === expected ? undefined : errors.accessDenied();
  }

  #clusterInfo(): InstanceType<typeof gossip.ClusterInfo> {
    const info = new gossip.ClusterInfo();
    const { LEADER, FOLLOWER } = gossip.MemberInfo.VNodeState;
    for (const member of this.cluster.members) {
      const endpoint = new gossip.EndPoint();
      endpoint.setAddress('127.0.0.1');
      endpoint.setPort(member.port);
      const described = info.addMembers();
      described.setHttpEndPoint(endpoint);
      described.setIsAlive(true);
      described.setTimeStamp('0');
      described.setState(this.cluster.leader?.port === member.port ? LEADER : FOLLOWER);
    }
    return info;
  }

  async #wait(): Promise<void> {
    const delay = this.faults.delay?.() ?? 0;
    if (delay > 0) await pause(delay);
  }
}

/** Answers a call with an error. */
function fail(call: ServerWritableStream<ReadReq, ReadResp>, error: object): void {
  call.emit('error', error);
}

/** Several servers on one log; the first leads. */
export async function startCluster(size: number): Promise<Cluster> {
  const log = new TransactionLog();
  const members: InProcessServer[] = [];
  for (let i = 0; i < size; i++) members.push(await InProcessServer.start({ log }));
  const cluster: Cluster = { leader: { host: '127.0.0.1', port: members[0]?.port ?? 0 }, members };
  for (const member of members) member.cluster = cluster;
  return cluster;
}
