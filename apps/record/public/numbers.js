import { currentLanguage } from './language.js';

/** A number as the language of the page writes it. */
export const number = (value) =>
  new Intl.NumberFormat(currentLanguage() === 'vi' ? 'vi-VN' : 'en-GB', {
    maximumFractionDigits: 4,
    useGrouping: false,
  }).format(value);
