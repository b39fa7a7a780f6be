/** Which references of a resource say whose it is. */
import { type JsonObject, objectOf, objectsOf, type SentResource } from './json.js';

export interface Subject {
  /** Path of the reference inside the resource. */
  readonly element: string;
  readonly reference: JsonObject;
}

/** As in most types. */
const subjectElements = ['subject', 'patient', 'beneficiary', 'for', 'individual'];

/** Types that name the patient among others who take part: the elements of R4's Patient compartment. */
const participantElements: Readonly<Record<string, readonly (readonly [list: string, element: string])[]>> = {
  Appointment: [['participant', 'actor']],
  AppointmentResponse: [['actor', '']],
  Person: [['link', 'target']],
  EnrollmentRequest: [['candidate', '']],
  List: [['source', '']],
};

/** References to try, the most telling first; not all of them lead to a patient. */
export function subjectsOf(resource: SentResource | undefined): readonly Subject[] {
  if (!resource) return [];
  const direct = subjectElements.flatMap((element) => {
    const [reference] = objectsOf(resource[element]);
    return reference ? [{ element, reference }] : [];
  });
  const among = (participantElements[resource.resourceType] ?? []).flatMap(([list, inner]) =>
    objectsOf(resource[list]).flatMap((one, index) => {
      const reference = inner === '' ? one : objectOf(one[inner]);
      return reference ? [{ element: `${list}[${index}]${inner === '' ? '' : `.${inner}`}`, reference }] : [];
    }),
  );
  return [...direct, ...among];
}
