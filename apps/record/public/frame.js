/** What both pages have around their content: words, language, who is logged in, purpose, leaving. */
import { element } from './elements.js';
import { closeEmergency } from './emergency.js';
import { currentLanguage, setLanguage } from './language.js';
import { purposeField } from './purpose.js';
import { LineProblem, logOut, ServiceProblem } from './service.js';
import { t } from './words.js';

export const $ = (id) => document.querySelector(`#${id}`);

/** Fills the fixed words of the page. */
export function renderFrame(me, title) {
  document.documentElement.lang = currentLanguage();
  document.title = `${title ?? t('title')} · Liên Tuyến`;
  for (const marked of document.querySelectorAll('[data-t]')) marked.textContent = t(marked.dataset.t);
  for (const marked of document.querySelectorAll('[data-t-label]'))
    marked.setAttribute('aria-label', t(marked.dataset.tLabel));
  $('language').textContent = currentLanguage() === 'vi' ? 'English' : 'Tiếng Việt';
  $('language').lang = currentLanguage() === 'vi' ? 'en' : 'vi';
  $('me').textContent = me ? readerOf(me) : '';
  $('links').replaceChildren(...(me ? linksFor(me) : []));
}

/** Who reads, in words. */
export const readerOf = ({ kind, facility }) => [t(`kind-${kind}`), facility].filter(Boolean).join(' · ');

function linksFor(me) {
  return [
    me.kind !== 'resident' && element('a', { href: '/records' }, t('find-another')),
    me.facility && element('a', { href: '/inbox' }, t('inbox')),
    purposeField(me),
  ].filter(Boolean);
}

/** @param renderAgain draws what the page shows, in the language that was chosen */
export function listenToFrame(renderAgain) {
  $('language').addEventListener('click', () => {
    setLanguage(currentLanguage() === 'vi' ? 'en' : 'vi');
    renderAgain();
  });
  $('log-out').addEventListener('click', () => void leave());
}

async function leave() {
  closeEmergency();
  try {
    await logOut();
    location.assign('/login');
  } catch (error) {
    say('bad', wordsOfProblem(error));
  }
}

export function say(kind, text) {
  $('message').className = kind;
  $('message').textContent = text;
}

/** @throws whatever is no problem of the service or the line */
export function wordsOfProblem(error) {
  if (error instanceof LineProblem) return t('problem-line');
  if (error instanceof ServiceProblem) return error.text(currentLanguage()) || t('problem-other', error.status);
  throw error;
}
