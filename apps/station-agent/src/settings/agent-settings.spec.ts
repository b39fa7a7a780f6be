import { describe, expect, it } from '@jest/globals';
import { WrongUse } from '#platform/program.js';
import { readRequest } from './agent-settings.js';

const read = (parameters: readonly string[], environment: Readonly<Record<string, string>> = {}) =>
  readRequest(parameters, { environment, workingFolder: '/nowhere' });
const enough = ['--folder', 'out', '--server', 'https://example.vn/lt', '--token-file', '/keys/token'];

function refused(parameters: readonly string[], reason: RegExp): void {
  try {
    read(parameters);
  } catch (error) {
    expect(error).toBeInstanceOf(WrongUse);
    expect((error as WrongUse).text.vi).toMatch(reason);
    expect((error as WrongUse).text.en).not.toBe((error as WrongUse).text.vi);
    return;
  }
  throw new Error('was taken');
}

describe('the command line', () => {
  it('needs three things; paths count from where it was called', () => {
    expect(read(enough)).toMatchObject({
      command: 'run',
      once: false,
      save: null,
      settings: {
        folder: '/nowhere/out',
        server: new URL('https://example.vn/lt'),
        tokenFile: '/keys/token',
        pagePort: 7410,
        gzip: false,
        stillMs: 2_000,
      },
    });
  });

  it('goes before the environment', () => {
    const { settings } = read([...enough, '--page', 'off'], {
      STATION_AGENT_PAGE: '9',
      STATION_AGENT_GZIP: 'true',
      STATION_AGENT_SILENCE: '30',
    }) as { settings: unknown };
    expect(settings).toMatchObject({ pagePort: null, gzip: true, silenceMs: 30_000 });
  });

  it('names what is missing or wrong, all of it', () => {
    refused([], /--folder, --server, --token-file/);
    refused(['--folder', 'x', '--token-file', 'y'], /Thiếu --server\./);
    refused([...enough, '--page', '70000', '--still', 'x'], /--page: .*\n--still: /);
    refused([...enough, '--unknown'], /Tham số không đúng/);
    refused([...enough, 'send'], /Tham số không đúng/);
  });

  it('takes no address that could give a token away', () => {
    const to = (server: string, ...more: readonly string[]) => [
      '--folder',
      'x',
      '--token-file',
      'y',
      '--server',
      server,
      ...more,
    ];
    refused(to('http://example.vn'), /không mã hóa/);
    refused(to('https://user:password@example.vn'), /địa chỉ/);
    refused(to('https://example.vn/?token=1'), /địa chỉ/);
    refused(to('ftp://example.vn'), /địa chỉ/);
    expect(read(to('http://10.8.0.1', '--plain-http'))).toMatchObject({ command: 'run' });
    expect(read(to('http://127.0.0.1:3000'))).toMatchObject({ command: 'run' });
  });

  it('keeps what was given, with whole paths, when asked to', () => {
    expect(
      read(['--folder', 'out', '--server', 'https://example.vn', '--token-file', 'token', '--save']),
    ).toMatchObject({
      save: { server: 'https://example.vn', 'token-file': '/nowhere/token' },
    });
  });

  it('has the commands help and retry', () => {
    expect(read(['--help'])).toEqual({ command: 'help' });
    expect(read(['retry', '--folder', 'out', 'a.xml'])).toEqual({
      command: 'retry',
      folder: '/nowhere/out',
      names: ['a.xml'],
    });
  });
});
