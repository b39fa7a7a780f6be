import { expect, it } from '@jest/globals';
import { BreakGlassTickets, emergencyMs } from './break-glass-tickets.js';

it('a ticket is for one holder, one resident and a while, and cannot be made up', () => {
  let now = 1_000;
  const tickets = new BreakGlassTickets(new Uint8Array(32).fill(1), () => now);
  const { ticket, text } = tickets.issue('r1', 'clinician/1');
  expect(tickets.read(text, 'clinician/1')).toEqual({ ...ticket, resident: 'r1' });
  expect(tickets.read(text, 'clinician/2')).toBeUndefined();
  expect(new BreakGlassTickets(new Uint8Array(32), () => now).read(text, 'clinician/1')).toBeUndefined();
  for (const other of ['', 'x', text.slice(1), text.slice(0, -2)])
    expect(tickets.read(other, 'clinician/1')).toBeUndefined();
  now += emergencyMs - 1;
  expect(tickets.read(text, 'clinician/1')).toBeDefined();
  now += 1;
  expect(tickets.read(text, 'clinician/1')).toBeUndefined();
});
