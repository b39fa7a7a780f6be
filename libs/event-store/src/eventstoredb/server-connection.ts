import { EventStoreDBClient } from '@eventstore/db-client';
import featureServices from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import type { SupportedMethods } from '@eventstore/db-client/generated/serverfeatures_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import streamServices from '@eventstore/db-client/generated/streams_grpc_pb.js';
import type { BatchAppendReq, BatchAppendResp, ReadReq, ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import type { ClientDuplexStream, ClientReadableStream } from '@grpc/grpc-js';
import type { ConnectionReport } from '../event-store.js';
import { type CallFault, callFault } from './call-faults.js';
import type { ConnectionSettings } from './connection-string.js';

type StreamsClient = InstanceType<typeof streamServices.StreamsClient>;

/**
 * The client library as far as the engine leans on it: addresses, discovery of the leader, TLS, credentials, and a new channel
 * when a server is gone or no longer leads. Calls are made on its channel with the service definitions it ships, not with its
 * methods: those keep pending appends of all clients of a process in one table (docs/decisions/0050).
 */
export class ServerConnection extends EventStoreDBClient {
  #newest: StreamsClient | undefined;
  #report: ConnectionReport = { state: 'disconnected' };
  #closed = false;

  constructor({ servers, channel, credentials }: ConnectionSettings) {
    // The client has one constructor for each way to name servers.
    if ('endpoint' in servers) super(servers, channel, credentials);
    else if ('endpoints' in servers) super(servers, channel, credentials);
    else super(servers, channel, credentials);
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  get report(): ConnectionReport {
    return this.#report;
  }

  /** Starts a read or a subscription. The caller ends it by cancelling it, and listens to its errors. */
  async startRead(request: ReadReq): Promise<ClientReadableStream<ReadResp>> {
    return this.#start((client) => client.read(request, ...this.#arguments()));
  }

  /** Starts a stream of appends. */
  async startAppends(): Promise<ClientDuplexStream<BatchAppendReq, BatchAppendResp>> {
    return this.#start((client) => client.batchAppend(...this.#arguments()));
  }

  /** Asks the server for its version; what goes wrong shows in the report only. */
  async askVersion(patienceMs: number): Promise<void> {
    const options = { deadline: Date.now() + patienceMs };
    try {
      const supported = await this.execute(featureServices.ServerFeaturesClient, 'askVersion', (client) => {
        return new Promise<SupportedMethods>((resolve, reject) => {
          client.getSupportedMethods(new shared.Empty(), ...this.callArguments({}, options), (error, methods) =>
            error === null ? resolve(methods) : reject(error),
          );
        });
      });
      this.#report = { ...this.#report, serverVersion: supported.getEventStoreServerVersion() };
    } catch (error) {
      this.noteFault(callFault(error));
    }
  }

  noteSuccess(): void {
    if (this.#report.state !== 'connected') this.#report = { ...this.#report, state: 'connected' };
  }

  noteFault({ kind, isFinal }: CallFault): void {
    // A refusal of one append is an answer: the line is well.
    if (isFinal && kind !== 'access-denied') return this.noteSuccess();
    this.#report = { ...this.#report, state: 'disconnected', lastFault: { kind, at: new Date().toISOString() } };
  }

  /** Lets go of the server; who has a call under way ends it. */
  close(): void {
    this.#closed = true;
    this.#report = { ...this.#report, state: 'disconnected' };
    this.#newest?.close();
  }

  #arguments(): ReturnType<typeof this.callArguments> {
    return this.callArguments({ requiresLeader: true }, { deadline: Infinity });
  }

  async #start<Call extends ClientReadableStream<ReadResp> | ClientDuplexStream<BatchAppendReq, BatchAppendResp>>(
    start: (client: StreamsClient) => Call,
  ): Promise<Call> {
    try {
      return await this.GRPCStreamCreator(streamServices.StreamsClient, 'streams', (client) => {
        this.#newest = client;
        const call = start(client);
        // Without a listener an error would end the process; whoever waits on the call has one of its own.
        call.on('error', () => {});
        return call;
      })();
    } catch (error) {
      const fault = callFault(error);
      this.noteFault(fault);
      throw fault;
    }
  }
}
