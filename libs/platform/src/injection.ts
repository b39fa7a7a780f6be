/** Injection tokens of what the composing application provides to every service module. */

/** `EventStore` of `#event-store/event-store.js` */
export const EVENT_STORE = Symbol('EventStore');
/** `ViewHost` of `#projections/view-host.js` */
export const VIEW_HOST = Symbol('ViewHost');
/** `FacilityRegister` of `#domain/facilities/facility-register.js`, kept current from the log */
export const FACILITY_REGISTER = Symbol('FacilityRegister');
/** `PlaceRegister` of `#domain/places/place-register.js` */
export const PLACE_REGISTER = Symbol('PlaceRegister');
/** `Configuration` of `#platform/configuration.js` */
export const CONFIGURATION = Symbol('Configuration');
/** `Logger` of `pino` */
export const LOGGER = Symbol('Logger');
/** `Registry` of `prom-client` */
export const METRICS = Symbol('Metrics');
/** `Secrets` of `#security/secrets.js` */
export const SECRETS = Symbol('Secrets');
/** `AbortSignal`, aborted when the process begins to stop: answers that never end by themselves (event streams) end then */
export const STOPPING = Symbol('Stopping');
