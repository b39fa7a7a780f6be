import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { cacheFolder } from './cache-folder.js';
import { EngineMissing } from './engine-process.js';
import { findJava } from './find-java.js';
import { fetchJars } from './maven-jars.js';

const run = promisify(execFile);

/** Release of HAPI FHIR whose jars, HL7's validator among them, `data/fhir-validator-jars.tsv` names. */
const hapiVersion = '8.8.1';
const jars = { program: "HL7's FHIR validator", table: 'fhir-validator-jars.tsv' } as const;
const source = fileURLToPath(new URL('../data/ValidateFhir.java', import.meta.url));
/** Profiles of HL7's International Patient Summary 2.0.0 (npm `hl7.fhir.uv.ips`, CC0), differentials without their words, and its required value sets. */
const ipsProfiles = fileURLToPath(new URL('../data/ips-profiles.ndjson', import.meta.url));
/** Profiles, extensions and code systems of the Subscriptions R5 Backport 1.1.0 (hl7.fhir.uv.subscriptions-backport, CC0), written from its FHIR Shorthand. */
const backportProfiles = fileURLToPath(new URL('../data/backport-profiles.ndjson', import.meta.url));

export interface ValidationMessage {
  readonly severity: 'fatal' | 'error' | 'warning' | 'information';
  /** FHIRPath. */
  readonly path: string | null;
  readonly text: string;
}

/** HL7's own validator of FHIR R4 in a Java process: StructureDefinitions, invariants, bindings, UCUM, references in form. */
export class Hl7Validator {
  readonly #waiting: PromiseWithResolvers<readonly ValidationMessage[]>[] = [];
  #complaint = '';

  private constructor(private readonly process: ChildProcess) {
    process.stderr
      ?.setEncoding('utf8')
      .on('data', (text: string) => (this.#complaint = (this.#complaint + text).slice(-4_000)));
    createInterface({ input: process.stdout ?? globalThis.process.stdin }).on('line', (line) => {
      this.#waiting.shift()?.resolve(JSON.parse(line) as readonly ValidationMessage[]);
    });
    process.once('exit', (code) => {
      for (const one of this.#waiting) one.reject(new Error(`HL7's validator ended with ${code}: ${this.#complaint}`));
    });
  }

  /** @throws EngineMissing when there is no JDK of version 17 or newer, or the jars cannot be fetched */
  static async start(): Promise<Hl7Validator> {
    const java = await findJava(jars.program);
    const { stdout } = await run(java, ['--list-modules']);
    if (!stdout.includes('jdk.compiler'))
      throw new EngineMissing(`${jars.program} needs a JDK: this Java has no compiler`);
    const folder = join(cacheFolder(), `fhir-validator-${hapiVersion}`);
    await fetchJars(jars, folder);
    const machine = ['-Xmx768m', '-XX:+UseSerialGC', '-cp', `${folder}/*`];
    return new Hl7Validator(
      spawn(java, [...machine, source, ipsProfiles, backportProfiles], { stdio: ['pipe', 'pipe', 'pipe'] }),
    );
  }

  /** All that the validator has to say, best practices apart. The first answer takes some ten seconds. */
  validate(resource: object): Promise<readonly ValidationMessage[]> {
    const answer = Promise.withResolvers<readonly ValidationMessage[]>();
    this.#waiting.push(answer);
    this.process.stdin?.write(`${JSON.stringify(resource)}\n`);
    return answer.promise;
  }

  async stop(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = once(this.process, 'exit');
    this.process.stdin?.end();
    await ended;
  }
}

/** The validator for a test suite; where it cannot run here, `undefined`, and why is printed. */
export async function testValidator(suite: string): Promise<Hl7Validator | undefined> {
  try {
    return await Hl7Validator.start();
  } catch (error) {
    if (!(error instanceof EngineMissing)) throw error;
    process.stderr.write(`${suite}: SKIPPED: ${error.message}\n`);
    return undefined;
  }
}
