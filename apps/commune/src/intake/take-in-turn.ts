/** How many of one message are under way at once: enough to share a commit, few enough to leave room for other senders. */
const mostAtOnce = 16;

export interface TakingInTurn<Item, Result> {
  /** What the item touches. Items that share a lane are taken one after the other, in their order. */
  readonly lanesOf: (item: Item) => readonly string[];
  readonly take: (item: Item, index: number) => Promise<Result>;
}

/**
 * Takes items as they come, several at once. No more of them are asked for than can be worked on.
 * @returns results in the order of the items
 * @throws what the first one failed with, once those under way have ended; no further one is begun
 */
export async function takeInTurn<Item, Result>(
  items: Iterable<Item> | AsyncIterable<Item>,
  { lanesOf, take }: TakingInTurn<Item, Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  const lastOfLane = new Map<string, Promise<void>>();
  const failures: unknown[] = [];
  const underWay = new Set<number>();
  let wake: (() => void) | undefined;
  const oneEnds = (): Promise<void> => new Promise((resolve) => (wake = resolve));

  let index = 0;
  for await (const item of items) {
    if (failures.length > 0) break;
    const at = index++;
    const lanes = lanesOf(item);
    const before = lanes.flatMap((lane) => lastOfLane.get(lane) ?? []);
    const run = async (): Promise<void> => {
      try {
        if (before.length > 0) await Promise.all(before);
        if (failures.length === 0) results[at] = await take(item, at);
      } catch (error) {
        failures.push(error);
      }
      underWay.delete(at);
      wake?.();
    };
    underWay.add(at);
    const task = run();
    for (const lane of lanes) lastOfLane.set(lane, task);
    void task.then(() => {
      for (const lane of lanes) if (lastOfLane.get(lane) === task) lastOfLane.delete(lane);
    });
    while (underWay.size >= mostAtOnce) await oneEnds();
  }
  while (underWay.size > 0) await oneEnds();
  if (failures.length > 0) throw failures[0];
  return results;
}
