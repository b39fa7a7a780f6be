import type { Type } from '@nestjs/common';
import type { Topic } from '#messaging/topic.js';
import type { ProblemWriter } from '#platform/http/problem-writers.js';
import type { Secrets } from '#security/secrets.js';

/** A part of the product that can run as a process of its own, or beside the others in one. */
export interface Service {
  /** As commands and logs name it. */
  readonly name: string;
  /** Its routes, and what they need beside the parts that every service has. */
  readonly module: Type;
  /** How what goes wrong is told to those who ask this service. */
  readonly problems?: ProblemWriter;
  /** Whether messages are taken here (`POST /intake/messages`). */
  readonly takesMessages?: true;
  /** The topics that it reads or answers for: its replicas keep them filled from the log. */
  topics(secrets: Pick<Secrets, 'pseudonymKey'>): readonly Topic<unknown>[];
}
