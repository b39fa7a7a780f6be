/** `Subscriptions` of `subscriptions.ts` */
export const SUBSCRIPTIONS = Symbol('Subscriptions');
/** `EventFeed` of `reading/event-feed.ts` */
export const EVENT_FEED = Symbol('EventFeed');
