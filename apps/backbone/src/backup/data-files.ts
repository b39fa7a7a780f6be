/**
 * What a data folder holds that cannot be made again. Its views can: they are built anew from the log, and are in no backup.
 * In the order they are copied: an original is durable before the events made from it, so a copy of the originals that was
 * begun after that of the log holds the original of every receipt in it.
 */
export const databases = ['events.sqlite', 'originals.sqlite', 'audit.sqlite'] as const;

/** Small files beside them. */
export const smallFiles = ['keys.fingerprint', 'samples.state'] as const;

export const fingerprintFile = 'keys.fingerprint';
export const logFile = 'events.sqlite';
