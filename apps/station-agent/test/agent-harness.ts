import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { StationAgent } from '../src/agent.js';
import type { AgentNews } from '../src/news.js';
import type { AgentSettings } from '../src/settings/agent-settings.js';
import { ScriptedServer } from './scripted-server.js';

/** A folder, a server that answers as told, and an agent between them. */
export class AgentHarness {
  readonly news: AgentNews[] = [];
  agent: StationAgent | undefined;

  private constructor(
    readonly place: string,
    readonly folder: string,
    readonly server: ScriptedServer,
  ) {}

  static async open(): Promise<AgentHarness> {
    const place = mkdtempSync(join(tmpdir(), 'lien-tuyen-agent-'));
    const harness = new AgentHarness(place, mkdtempSync(join(place, 'drop-')), await ScriptedServer.open());
    harness.saveToken('first-token');
    return harness;
  }

  async close(): Promise<void> {
    await this.agent?.stop();
    await this.server.close();
    rmSync(this.place, { recursive: true, force: true });
  }

  get tokenFile(): string {
    return join(this.place, 'token');
  }

  saveToken(token: string): void {
    writeFileSync(this.tokenFile, token);
  }

  async start(changes: Partial<AgentSettings> = {}): Promise<StationAgent> {
    const settings: AgentSettings = {
      folder: this.folder,
      server: this.server.url,
      tokenFile: this.tokenFile,
      pagePort: null,
      gzip: false,
      stillMs: 50,
      cutOffMs: 1_000,
      silenceMs: 1_000,
      ...changes,
    };
    this.agent = await StationAgent.open(settings, (news) => this.news.push(news));
    this.agent.start();
    return this.agent;
  }

  async restart(changes: Partial<AgentSettings> = {}): Promise<StationAgent> {
    await this.agent?.stop();
    return this.start(changes);
  }

  drop(name: string, text: string | Buffer): void {
    writeFileSync(join(this.folder, name), text);
  }

  /** Names in the folder itself, `sent` or `refused`; our own folders left out. */
  names(place: '' | 'sent' | 'refused' = ''): readonly string[] {
    return readdirSync(join(this.folder, place), { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => name)
      .toSorted();
  }

  text(path: string): string {
    return readFileSync(join(this.folder, path), 'utf8');
  }

  json(path: string): unknown {
    return JSON.parse(this.text(path));
  }

  has(path: string): boolean {
    return existsSync(join(this.folder, path));
  }
}

/** Waits until something holds. @throws Error saying what did not */
export async function until(what: string, holds: () => boolean | undefined, withinMs = 20_000): Promise<void> {
  for (const end = Date.now() + withinMs; !holds(); await sleep(20)) {
    if (Date.now() > end) throw new Error(`never came: ${what}`);
  }
}
