const stored = 'lien-tuyen-language';
let language = localStorage.getItem(stored) === 'en' ? 'en' : 'vi';

export function currentLanguage() {
  return language;
}

export function setLanguage(next) {
  language = next;
  localStorage.setItem(stored, next);
}

/** Gives the text of a key of these words in the language of the page, `{0}` … filled in. */
export function textsOf(words) {
  return (key, ...values) => {
    const text = words[key]?.[language === 'vi' ? 0 : 1] ?? key;
    return text.replaceAll(/\{(\d)\}/g, (_, index) => String(values[index] ?? ''));
  };
}
