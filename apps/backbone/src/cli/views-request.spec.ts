import { describe, expect, it } from '@jest/globals';
import { WrongUse } from './output.js';
import { parseViewsRequest } from './views-request.js';

describe('the command line of views', () => {
  it.each([
    [[], { command: 'list', views: [], wait: true }],
    [['status', 'receipts'], { command: 'status', views: ['receipts'], wait: true }],
    [['rebuild', 'health-record', '--no-wait'], { command: 'rebuild', views: ['health-record'], wait: false }],
    [['rebuild', '--all'], { command: 'rebuild', views: [], wait: true }],
    [
      ['cancel', 'receipts', '--server', 'http://10.0.0.5:3000'],
      { command: 'cancel', views: ['receipts'], wait: true, server: 'http://10.0.0.5:3000' },
    ],
  ])('%j', (parameters, request) => {
    expect(parseViewsRequest(parameters)).toEqual(request);
  });

  it.each([
    [['destroy']],
    [['rebuild']],
    [['cancel', '--all']],
    [['rebuild', '--all', 'receipts']],
    [['list', '--server', 'ftp://x']],
    [['list', '--unknown']],
  ])('%j is a wrong use', (parameters) => {
    expect(() => parseViewsRequest(parameters)).toThrow(WrongUse);
  });

  it('gives help when asked for', () => {
    expect(parseViewsRequest(['rebuild', '--help'])).toBe('help');
  });
});
