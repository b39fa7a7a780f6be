export const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

/** An amount in dong as people read it: 51.500 in Vietnamese, 51,500 in English. */
export const dong = (amount: number): { readonly vi: string; readonly en: string } => {
  const [whole = '', decimals] = String(Math.round(amount * 100) / 100).split('.');
  const grouped = (by: string): string => whole.replaceAll(/\B(?=(?:\d{3})+$)/g, by);
  return {
    vi: decimals === undefined ? grouped('.') : `${grouped('.')},${decimals}`,
    en: decimals === undefined ? grouped(',') : `${grouped(',')}.${decimals}`,
  };
};
