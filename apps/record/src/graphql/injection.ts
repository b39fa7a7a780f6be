/** `GraphqlService` */
export const GRAPHQL = Symbol('Graphql');
