import { parser } from '@prometheus-io/lezer-promql';

/** Names of the metrics that an expression reads. @throws SyntaxError when it is no PromQL, by Prometheus' own grammar */
export function metricsIn(expression: string): readonly string[] {
  const names: string[] = [];
  parser.parse(expression).iterate({
    enter: ({ name, type, from, to }) => {
      if (type.isError) throw new SyntaxError(`no PromQL at ${from}: ${expression}`);
      if (name === 'VectorSelector') {
        const [metric] = /^[a-zA-Z_:][\w:]*/.exec(expression.slice(from, to)) ?? [];
        if (metric !== undefined) names.push(metric);
      }
    },
  });
  return names;
}
