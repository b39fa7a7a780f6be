import type { FastifyInstance } from 'fastify';

declare module 'fastify' {
  interface FastifyInstance {
    /** `GET /referrals/:id` … */
    readonly routeNames: Set<string>;
  }
}

/** Remembers every route that is made from now on. `HEAD` goes without saying where there is `GET`. */
export function listRoutes(server: FastifyInstance): void {
  const names = new Set<string>();
  server.decorate('routeNames', names);
  server.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) if (one !== 'HEAD') names.add(`${one} ${url}`);
  });
}
