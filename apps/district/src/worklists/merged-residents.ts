import type { ResidentsMerged, ResidentsUnmerged } from '#domain/residents/resident-events.js';
import type { ViewTransaction } from '#projections/projection.js';

/** Keeps in the view which record stands for which: referrals go on naming the record they were written for. */
export async function followMerge(event: ResidentsMerged | ResidentsUnmerged, view: ViewTransaction): Promise<void> {
  if (event.type === 'ResidentsMerged') {
    const { resident, joined } = event.data;
    const [above] = await view.query<{ readonly survivor: string }>('select survivor from merged where joined = ?', [
      resident,
    ]);
    const survivor = above?.survivor ?? resident;
    await view.execute(
      `insert into merged (joined, into_resident, survivor) values (?, ?, ?)
       on conflict (joined) do update set into_resident = excluded.into_resident, survivor = excluded.survivor`,
      [joined, resident, survivor],
    );
    await view.execute('update merged set survivor = ? where survivor = ?', [survivor, joined]);
    return;
  }
  const { resident, separated } = event.data;
  const [link] = await view.query('select 1 from merged where joined = ? and into_resident = ?', [separated, resident]);
  if (!link) return;
  await view.execute('delete from merged where joined = ?', [separated]);
  const apart = [separated as string];
  for (const member of apart) {
    const rows = await view.query<{ readonly joined: string }>('select joined from merged where into_resident = ?', [
      member,
    ]);
    apart.push(...rows.map(({ joined }) => joined));
    if (member !== separated)
      await view.execute('update merged set survivor = ? where joined = ?', [separated, member]);
  }
}
