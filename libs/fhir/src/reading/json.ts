/** JSON of unknown origin. */
import type { KeptJson, KeptObject } from '#domain/kept-resources/kept-content.js';

export type Json = KeptJson;
export type JsonObject = KeptObject;

/** A resource as sent: an object with a type. */
export interface SentResource extends JsonObject {
  readonly resourceType: string;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Objects of an element that may repeat. */
export function objectsOf(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? (value as readonly Json[]).filter(isObject) : isObject(value) ? [value] : [];
}

export function objectOf(value: Json | undefined): JsonObject | undefined {
  return isObject(value) ? value : undefined;
}

/** Texts of an element that may repeat. */
export function textsOf(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? (value as readonly Json[]).flatMap((one) => textOf(one) ?? []) : [];
}

/** Text that says something, without outer white space. */
export function textOf(value: Json | undefined): string | undefined {
  if (typeof value !== 'string') return undefined;
  const trimmed = value.trim();
  return trimmed === '' ? undefined : trimmed;
}
