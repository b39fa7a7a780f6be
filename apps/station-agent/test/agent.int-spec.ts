import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { bringBackRefused } from '../src/retry.js';
import { AgentHarness, until } from './agent-harness.js';
import { accepted, digestOf, problem, refusal } from './scripted-server.js';

let given: AgentHarness;

beforeEach(async () => {
  given = await AgentHarness.open();
});
afterEach(() => given.close());

const sent = (count: number, withinMs?: number): Promise<void> =>
  until(`${count} sent`, () => given.names('sent').filter((name) => name.endsWith('.xml')).length === count, withinMs);

describe('a file that is dropped', () => {
  it('is sent as it is, with a key made of its content, and stands in sent with its receipt', async () => {
    await given.start();
    given.drop('a.xml', '<A>1</A>');
    await sent(1);
    expect(given.names('sent')).toEqual(['a.xml', 'a.xml.receipt.json']);
    expect(given.json('sent/a.xml.receipt.json')).toMatchObject({ status: 'accepted', digest: digestOf('<A>1</A>') });
    expect(given.names()).toEqual([]);
    expect(given.server.received).toMatchObject([
      {
        headers: {
          authorization: 'Bearer first-token',
          'content-type': 'application/xml',
          'content-length': '8',
          'idempotency-key': `station-agent-${digestOf('<A>1</A>')}`,
        },
      },
    ]);
    expect(given.server.bodies).toEqual(['<A>1</A>']);
  });

  it('is sent in the order in which it was finished', async () => {
    for (const [index, name] of ['c', 'a', 'b'].entries()) {
      given.drop(`${name}.xml`, `<${name}/>`);
      utimesSync(join(given.folder, `${name}.xml`), 1_000 + index, 1_000 + index);
    }
    await given.start();
    await sent(3);
    expect(given.server.bodies).toEqual(['<c/>', '<a/>', '<b/>']);
  });

  it('is waited for while it looks cut off, and sent all the same when nobody goes on writing', async () => {
    await given.start({ cutOffMs: 900 });
    given.drop('a.xml', '<A><B');
    await sleep(500);
    expect(given.server.received).toEqual([]);
    await until('answer', () => given.server.received.length === 1);
    expect(given.server.bodies).toEqual(['<A><B']);
  });

  it('is left alone when it is of another kind, or a folder', async () => {
    given.drop('a.csv', 'a;b');
    mkdirSync(join(given.folder, 'b.xml'));
    given.drop('c.xml', '<C/>');
    await given.start();
    await sent(1);
    expect(given.names()).toEqual(['a.csv']);
    expect(given.server.bodies).toEqual(['<C/>']);
  });

  it('goes compressed when the server is known to understand it', async () => {
    await given.start({ gzip: true });
    const text = `<A>${'x'.repeat(10_000)}</A>`;
    given.server.script = ({ body }) => accepted({ headers: {}, body, digest: digestOf(gunzipSync(body)) });
    given.drop('a.xml', text);
    await sent(1);
    expect(given.server.received[0]?.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(given.server.received[0]?.body ?? Buffer.alloc(0)).toString()).toBe(text);
  });

  it('of 150 MB passes through little memory', async () => {
    const path = join(given.folder, '..', 'large.xml');
    writeFileSync(path, '<A>');
    truncateSync(path, 150 * 1024 * 1024 - 4);
    writeFileSync(path, '</A>', { flag: 'a' });
    given.server.keepsBodies = false;
    renameSync(path, join(given.folder, 'large.xml'));
    const before = process.memoryUsage().arrayBuffers;
    let most = before;
    // What is held counts, not what is about to be given back.
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    // Collecting takes a while itself: seldom enough to leave the agent its time.
    const timer = setInterval(() => {
      collect();
      most = Math.max(most, process.memoryUsage().arrayBuffers);
    }, 500);
    try {
      await given.start();
      await sent(1, 55_000);
    } finally {
      clearInterval(timer);
    }
    expect(statSync(join(given.folder, 'sent', 'large.xml')).size).toBe(150 * 1024 * 1024);
    expect(most - before).toBeLessThan(100 * 1024 * 1024);
  });
});

describe('a file that comes again', () => {
  it('is known by its content: not sent, and receipted as a duplicate under a name of its own', async () => {
    await given.start();
    given.drop('a.xml', '<A/>');
    await sent(1);
    given.drop('a.xml', '<A/>');
    await sent(2);
    given.drop('b.xml', '<A/>');
    await sent(3);
    expect(given.names('sent').filter((name) => name.endsWith('.xml'))).toEqual(['a (2).xml', 'a.xml', 'b.xml']);
    for (const name of ['a (2)', 'b']) {
      expect(given.json(`sent/${name}.xml.receipt.json`)).toMatchObject({
        status: 'duplicate',
        firstStatus: 'accepted',
      });
    }
    expect(given.server.received).toHaveLength(1);
  });

  it('is sent to another server, which cannot know it', async () => {
    await given.start();
    given.drop('a.xml', '<A/>');
    await sent(1);
    const { url } = given.server;
    url.hostname = 'localhost';
    await given.restart({ server: url });
    given.drop('a.xml', '<A/>');
    await sent(2);
    expect(given.server.received).toHaveLength(2);
  });

  it('with other content while the first still waits: both are sent, in order, and both are kept', async () => {
    given.server.script = () => ({ status: 503 });
    const agent = await given.start();
    given.drop('a.xml', '<A>1</A>');
    await until('first taken', () => agent.outbox.counts(0).waiting === 1);
    given.drop('a.xml', '<A>two</A>');
    await until('second taken', () => agent.outbox.counts(0).waiting === 2);
    given.server.script = accepted;
    agent.sendNow();
    await sent(2);
    expect(given.names()).toEqual([]);
    expect([given.text('sent/a.xml'), given.text('sent/a (2).xml')]).toEqual(['<A>1</A>', '<A>two</A>']);
    expect(given.server.bodies.slice(-2)).toEqual(['<A>1</A>', '<A>two</A>']);
  });

  it('in the very moment of the answer, it is not mistaken for the one that was answered', async () => {
    const path = join(given.folder, 'a.xml');
    const stamp = new Date('2026-11-22T08:00:00Z');
    given.drop('a.xml', '<A>1</A>');
    utimesSync(path, stamp, stamp);
    given.server.script = (received) => {
      // The same length and the same time of change: only the content tells them apart.
      writeFileSync(path, '<A>2</A>');
      utimesSync(path, stamp, stamp);
      return accepted(received);
    };
    await given.start();
    await until('first in place', () => given.has('sent/a.xml'));
    expect(given.text('sent/a.xml')).toBe('<A>1</A>');
    given.server.script = accepted;
    await sent(2);
    expect(given.text('sent/a (2).xml')).toBe('<A>2</A>');
  });

  it('after its copy was lost, it is taken anew', async () => {
    given.server.script = () => ({ status: 503 });
    const agent = await given.start();
    given.drop('a.xml', '<A/>');
    await until('taken', () => agent.outbox.counts(0).waiting === 1);
    await agent.stop();
    for (const copy of readdirSync(agent.folder.copies)) rmSync(join(agent.folder.copies, copy));
    given.server.script = accepted;
    await given.start();
    await sent(1);
    expect(given.text('sent/a.xml')).toBe('<A/>');
  });
});

describe('a refused file', () => {
  it('stands in refused, with the reason in words and the receipt', async () => {
    given.server.script = refusal;
    await given.start();
    given.drop('a.xml', '<A/>');
    await until('refused', () => given.has('refused/a.xml'));
    expect(given.names('refused')).toEqual(['a.xml', 'a.xml.reason.txt', 'a.xml.receipt.json']);
    expect(given.text('refused/a.xml.reason.txt')).toContain('1. [lỗi / error] HOSO[1]\r\n   Thiếu.\r\n   Missing.');
    expect(given.server.received).toHaveLength(1);
  });

  it('is sent again when it is brought back, by command or by its page', async () => {
    given.server.script = refusal;
    const agent = await given.start();
    given.drop('a.xml', '<A/>');
    await until('refused', () => given.has('refused/a.xml'));
    given.server.script = accepted;
    expect(await bringBackRefused(given.folder, [])).toBe(1);
    await sent(1);
    expect(given.names('refused')).toEqual([]);
    expect(agent.outbox.counts(0).refused).toBe(0);
    await expect(bringBackRefused(given.folder, ['../sent/a.xml'])).rejects.toThrow('There is no such file');
  });

  it('does not stand in the way of its correction, nor of others', async () => {
    given.server.script = (received) => (received.body.toString() === '<A/>' ? refusal(received) : accepted(received));
    await given.start();
    given.drop('a.xml', '<A/>');
    await until('refused', () => given.has('refused/a.xml'));
    given.drop('a.xml', '<A>right</A>');
    await sent(1);
    expect(given.text('sent/a.xml')).toBe('<A>right</A>');
    expect(given.text('refused/a.xml')).toBe('<A/>');
  });

  it('that somebody took away counts as dealt with', async () => {
    given.server.script = refusal;
    const agent = await given.start();
    given.drop('a.xml', '<A/>');
    await until('refused', () => given.has('refused/a.xml') && agent.outbox.counts(0).refused === 1);
    rmSync(join(given.folder, 'refused', 'a.xml'));
    agent.lookNow();
    await until('settled', () => agent.outbox.counts(0).refused === 0);
  });
});

it('faults of a file that was taken are written beside it', async () => {
  given.server.script = ({ body }) => ({
    status: 201,
    body: JSON.stringify({
      id: '08Z13-1',
      digest: digestOf(body),
      status: 'accepted-with-faults',
      records: [],
      faults: [{ path: 'HOSO[1]', code: 'x', severity: 'warning', text: { vi: 'Lạ.', en: 'Odd.' } }],
    }),
  });
  await given.start();
  given.drop('a.xml', '<A/>');
  await until('faults', () => given.has('sent/a.xml.faults.txt'));
  expect(given.text('sent/a.xml.faults.txt')).toContain('[cảnh báo / warning] HOSO[1]\r\n   Lạ.\r\n   Odd.');
});

describe('when the line or the server fails', () => {
  it('the same file is tried until it is answered, and none overtakes it', async () => {
    const failures = ['cut', { status: 500 }, { status: 200, body: '<html>login</html>' }] as const;
    given.server.script = (received) => failures[given.server.received.length - 1] ?? accepted(received);
    const agent = await given.start();
    given.drop('a.xml', '<A/>');
    await until('first try', () => given.server.received.length === 1);
    given.drop('b.xml', '<B/>');
    for (const tries of [2, 3, 4]) {
      await until(
        `${tries - 1} failed`,
        () => given.news.filter(({ type }) => type === 'line-failed').length === tries - 1,
      );
      agent.sendNow();
    }
    await sent(2);
    expect(given.server.bodies).toEqual(['<A/>', '<A/>', '<A/>', '<A/>', '<B/>']);
    expect(new Set(given.server.received.slice(0, 4).map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
  });

  it('the agent comes back when the server asked it to, not before', async () => {
    given.server.script = (received) =>
      given.server.received.length === 1
        ? problem(429, 'too-many-messages', {}, { 'retry-after': '2' })
        : accepted(received);
    await given.start();
    given.drop('a.xml', '<A/>');
    await until('asked to wait', () => given.news.some(({ type }) => type === 'line-failed'));
    const asked = Date.now();
    await sent(1);
    expect(Date.now() - asked).toBeGreaterThan(1_800);
  });

  it('a line that goes silent is given up', async () => {
    given.server.script = () => 'hang';
    await given.start({ silenceMs: 300 });
    given.drop('a.xml', '<A/>');
    await until('given up', () =>
      given.news.some((news) => news.type === 'line-failed' && news.trouble.code === 'silence'),
    );
    expect(given.names()).toEqual(['a.xml']);
  });

  it('an answer that was not heard is asked for again after a restart', async () => {
    given.server.script = () => 'hang';
    await given.start({ silenceMs: 60_000 });
    given.drop('a.xml', '<A/>');
    await until('sent', () => given.server.received.length === 1);
    given.server.script = accepted;
    await given.restart();
    await sent(1);
    expect(given.server.bodies).toEqual(['<A/>', '<A/>']);
  });

  it('a large body is not sent to a server that does not want it', async () => {
    given.server.unwanted = problem(401, 'unauthorised');
    await given.start();
    given.drop('a.xml', `<A>${'x'.repeat(5_000_000)}</A>`);
    await until('held', () => given.news.some(({ type }) => type === 'held'));
    expect(given.server.received).toEqual([]);
    expect(given.server.bytesRead).toBeLessThan(1_000_000);
  });
});

describe('a token', () => {
  it('that is refused holds everything until the file has another one', async () => {
    given.server.script = (received) =>
      received.headers.authorization === 'Bearer second-token' ? accepted(received) : problem(401, 'unauthorised');
    const agent = await given.start();
    given.drop('a.xml', '<A/>');
    given.drop('b.xml', '<B/>');
    await until('held', () => agent.dispatcher.line.status === 'held');
    await sleep(1_200);
    expect(given.server.received).toHaveLength(1);
    given.saveToken('second-\r\ntoken\n');
    await sent(2);
    expect(given.names('refused')).toEqual([]);
  });

  it('may be missing at first; that is said, and it is waited for', async () => {
    rmSync(given.tokenFile);
    const agent = await given.start();
    given.drop('a.xml', '<A/>');
    await until('told', () => agent.trouble?.code === 'no-token');
    given.saveToken('late-token');
    await sent(1);
    expect(agent.trouble).toBeUndefined();
  });

  it('is in no news', async () => {
    given.server.script = () => problem(401, 'unauthorised');
    await given.start();
    given.drop('a.xml', '<A/>');
    await until('held', () => given.news.some(({ type }) => type === 'held'));
    expect(JSON.stringify(given.news)).not.toContain('first-token');
  });
});

describe('one folder', () => {
  it('has one agent', async () => {
    await given.start();
    await expect(given.start()).rejects.toThrow('Another station agent is running');
  });

  it('stays paused over a restart', async () => {
    const agent = await given.start();
    agent.pause(true);
    given.drop('a.xml', '<A/>');
    await until('taken', () => agent.outbox.counts(0).waiting === 1);
    const again = await given.restart();
    await sleep(300);
    expect(given.server.received).toEqual([]);
    again.pause(false);
    await sent(1);
  });

  it('that cannot be written says so and goes on when it can', async () => {
    const agent = await given.start();
    // A file stands where the folder of results should be.
    renameSync(join(given.folder, 'sent'), join(given.folder, 'gone'));
    writeFileSync(join(given.folder, 'sent'), '');
    given.drop('a.xml', '<A/>');
    await until('trouble', () => agent.trouble !== undefined);
    expect(given.has('a.xml')).toBe(true);
    rmSync(join(given.folder, 'sent'));
    renameSync(join(given.folder, 'gone'), join(given.folder, 'sent'));
    agent.sendNow();
    await sent(1);
    await until('trouble is over', () => agent.trouble === undefined);
    expect(given.server.received).toHaveLength(1);
  });

  it('of hundreds of files is worked through', async () => {
    for (let number = 0; number < 300; number += 1) given.drop(`${number}.xml`, `<A>${number}</A>`);
    const agent = await given.start();
    await until('all sent', () => agent.outbox.counts(0).answered === 300, 50_000);
    await until('all in place', () => agent.outbox.unfiled(0) === undefined);
    expect(given.names()).toEqual([]);
    expect(given.names('sent')).toHaveLength(600);
  });
});

describe('draining once', () => {
  it('ends when all is sent, or when it cannot be', async () => {
    given.drop('a.xml', '<A/>');
    expect(await (await given.start()).drained()).toBe('drained');
    given.server.script = () => problem(401, 'unauthorised');
    given.drop('b.xml', '<B/>');
    expect(await (await given.restart()).drained()).toBe('stuck');
  });
});
