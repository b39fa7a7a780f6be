/** Which records are one person, as `ResidentsMerged` and `ResidentsUnmerged` have said so far: each joined record has one it is part of. */
export class MergedResidents<Id extends string = string> {
  readonly #into = new Map<Id, Id>();
  readonly #joined = new Map<Id, Set<Id>>();

  merge(resident: Id, joined: Id): void {
    this.#into.set(joined, resident);
    const of = this.#joined.get(resident);
    if (of) of.add(joined);
    else this.#joined.set(resident, new Set([joined]));
  }

  unmerge(resident: Id, separated: Id): void {
    if (this.#into.get(separated) === resident) this.#into.delete(separated);
    this.#joined.get(resident)?.delete(separated);
  }

  /** The record that goes on; the record itself where it is not joined to another. */
  survivorOf(resident: Id): Id {
    let survivor = resident;
    for (let next; (next = this.#into.get(survivor)) !== undefined;) survivor = next;
    return survivor;
  }

  /** Every record that is part of this one, itself first. */
  membersOf(survivor: Id): readonly Id[] {
    const members: Id[] = [survivor];
    for (const member of members) members.push(...(this.#joined.get(member) ?? []));
    return members;
  }

  /** Whether the record was itself joined to the other, not to one that was. */
  isDirect(resident: Id, joined: Id): boolean {
    return this.#into.get(joined) === resident;
  }

  get isEmpty(): boolean {
    return this.#into.size === 0;
  }
}
