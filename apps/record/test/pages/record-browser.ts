/** A browser before the record's own server. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { complaintsOf } from '#deploy/local/src/test-browser.js';
import type { FhirServer, Identity } from '../fhir-server.js';

export interface Window {
  readonly page: Page;
  readonly complaints: readonly string[];
  readonly close: () => Promise<void>;
}

export const desktop = { width: 1280, height: 900 };
export const phone = { width: 390, height: 844 };

export const originOf = ({ base }: FhirServer): string => new URL(base).origin;

/** A window of somebody who is logged in. */
export async function enter(
  browser: Browser,
  server: FhirServer,
  identity: Identity,
  viewport = desktop,
): Promise<Window> {
  const context: BrowserContext = await browser.newContext({ viewport, locale: 'vi-VN', timezoneId: 'UTC' });
  const value = await server.token(identity);
  await context.addCookies([{ name: 'lt_session', value, url: originOf(server), httpOnly: true, sameSite: 'Strict' }]);
  const page = await context.newPage();
  return { page, complaints: complaintsOf(page), close: () => context.close() };
}

/** The page of a record, once all of it and its history are there. */
export async function openRecord(page: Page, server: FhirServer, id: string, query = ''): Promise<void> {
  await page.goto(`${originOf(server)}/records/${id}${query}`);
  await settled(page);
}

export async function settled(page: Page): Promise<void> {
  await page.locator('body[data-state=whole]').waitFor();
  await page.locator('#slider').waitFor();
}

export const fitsItsWidth = (page: Page): Promise<boolean> =>
  page.evaluate<boolean>('document.documentElement.scrollWidth <= window.innerWidth');
