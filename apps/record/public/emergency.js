/** The record this window has open in an emergency. The ticket opens nothing without the session it was given to. */

const kept = 'lien-tuyen-emergency';

/** { ticket, patient, until } while it lasts. */
export function openedEmergency() {
  const opened = JSON.parse(sessionStorage.getItem(kept) ?? 'null');
  if (opened === null || Date.parse(opened.until) > Date.now()) return opened ?? undefined;
  closeEmergency();
  return undefined;
}

export function ticketFor(patient) {
  const opened = openedEmergency();
  return opened?.patient === patient ? opened.ticket : undefined;
}

export const keepEmergency = (opened) => sessionStorage.setItem(kept, JSON.stringify(opened));
export const closeEmergency = () => sessionStorage.removeItem(kept);
