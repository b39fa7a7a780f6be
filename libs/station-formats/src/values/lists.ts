/** The values of a field that holds several, separated by `;`. Empty places are kept: they belong to the value at the same place elsewhere. */
export const splitPlaces = (text: string): readonly string[] =>
  text.includes(';') ? text.split(';').map((part) => part.trim()) : [text.trim()];

/** The values of a field that holds several, separated by `;`, empty ones left out. */
export const splitValues = (text: string): readonly string[] => splitPlaces(text).filter((part) => part !== '');
