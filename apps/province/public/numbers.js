import { currentLanguage } from './words.js';

const locale = () => (currentLanguage() === 'vi' ? 'vi-VN' : 'en-GB');

export const whole = (value) => new Intl.NumberFormat(locale(), { maximumFractionDigits: 0 }).format(value);

export const decimal = (value) => new Intl.NumberFormat(locale(), { maximumFractionDigits: 1 }).format(value);

/** @param {number} value percent */
export const percent = (value) => `${decimal(value)}%`;

/** A value in its unit: shares and hours with one decimal. */
export const inUnit = (value, unit) => (unit === '%' || unit === 'hours' ? decimal(value) : whole(value));
