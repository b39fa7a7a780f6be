/** By what subscriptions can be searched: a caller has few, and sees the own alone. */
export const subscriptionParameters = { _id: 'token', status: 'token', criteria: 'string', topic: 'string' } as const;
