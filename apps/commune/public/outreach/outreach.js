// A screening day's sheet: choose it, see its faults, hand it in, watch it being taken. The address names the run that is shown.
import { element } from './elements.js';
import { faultItems, faultTable } from './faults.js';
import { begin, dryRun, faultList, follow, LineProblem, logOut, receipt, ServiceProblem, session } from './service.js';
import { currentLanguage, setLanguage } from './language.js';
import { t } from './words.js';

const $ = (id) => document.querySelector(`#${id}`);
const counts = ['recorded', 'amended', 'unchanged', 'refused'];

/** What is on the page. Nothing else is kept. */
const shown = {
  me: undefined,
  sheet: undefined,
  name: '',
  result: undefined,
  unreadable: undefined,
  run: undefined,
  receipt: undefined,
};
let stopFollowing = () => {};

// ---- the check ---------------------------------------------------------------------------------------------------------

async function check(sheet, name) {
  Object.assign(shown, { sheet, name, result: undefined, unreadable: undefined });
  renderChosen();
  $('result').hidden = true;
  say('', t('checking'));
  try {
    const result = await dryRun(sheet);
    if (shown.sheet !== sheet) return;
    shown.result = result;
  } catch (error) {
    if (!(error instanceof ServiceProblem && error.document?.faults)) throw error;
    if (shown.sheet !== sheet) return;
    shown.unreadable = error.document.faults;
  }
  say('', '');
  renderResult();
  $('result').focus();
}

function renderChosen() {
  $('chosen').textContent = shown.name === '' ? '' : t('chosen', shown.name);
}

function renderResult() {
  const { result, unreadable } = shown;
  $('result').hidden = !result && !unreadable;
  $('take').disabled = !result || result.outcomes.refused === result.rows;
  $('fault-list').hidden = !result || (result.faulty.length === 0 && result.faults.length === 0);
  if (unreadable) {
    $('summary').replaceChildren(faultItems(unreadable));
    $('faults').replaceChildren();
  }
  if (!result) return;
  const { refused } = result.outcomes;
  const verdict =
    refused === result.rows
      ? t('none-taken')
      : refused > 0
        ? t('some-refused', refused)
        : result.errors + result.warnings === 0 && t('no-faults');
  $('summary').replaceChildren(
    numbers([
      ['rows', result.rows],
      ...counts.map((name) => [name, result.outcomes[name]]),
      ['residents-new', result.residents.new],
      ['residents-known', result.residents.known],
      ['duplicates', result.duplicates],
      ['errors', result.errors],
      ['warnings', result.warnings],
    ]),
    ...(verdict ? [element('p', { className: refused > 0 ? 'bad' : 'good' }, verdict)] : []),
    ...(result.faults.length > 0 ? [element('h3', {}, t('sheet-faults')), faultItems(result.faults)] : []),
  );
  $('faults').replaceChildren(...faultTable(t('faults-caption'), result.headings, result.faulty));
}

function numbers(rows) {
  return element(
    'dl',
    { className: 'numbers' },
    rows.map(([name, value]) =>
      element(
        'div',
        { dataset: { number: name } },
        element('dt', {}, t(name)),
        element('dd', {}, value.toLocaleString(currentLanguage())),
      ),
    ),
  );
}

async function downloadFaults() {
  const address = URL.createObjectURL(await faultList(shown.sheet));
  element('a', { href: address, download: 'danh-sach-loi.csv' }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

// ---- the run -----------------------------------------------------------------------------------------------------------

async function take() {
  $('take').disabled = true;
  try {
    const run = await begin(shown.sheet);
    history.replaceState(null, '', `#run=${run.receipt}`);
    showRun(run.receipt);
    shown.run = run;
    renderRun();
    $('run').focus();
  } finally {
    $('take').disabled = false;
  }
}

function showRun(id) {
  stopFollowing();
  shown.receipt = undefined;
  stopFollowing = follow(
    id,
    (run) => {
      shown.run = run;
      renderRun();
      if (run.state === 'done') void showReceipt(run.receipt).catch(report);
    },
    // Refused for good: the run is not there, or the session is over, which asking shows.
    () => void receipt(id).catch(report),
  );
}

async function showReceipt(id) {
  const found = await receipt(id);
  if (shown.run?.receipt !== id) return;
  shown.receipt = found;
  renderRun();
}

function renderRun() {
  const { run } = shown;
  $('run').hidden = !run;
  if (!run) return;
  const state = run.state === 'done' && run.status === 'refused' ? 'done-refused' : run.state;
  $('run-state').textContent = t(`run-${state}`);
  $('run-state').className = { done: 'good', running: '' }[state] ?? 'bad';
  Object.assign($('progress'), {
    max: Math.max(run.rows, 1),
    value: run.state === 'done' ? Math.max(run.rows, 1) : run.done,
  });
  $('run-count').textContent = t(
    'run-count',
    run.done.toLocaleString(currentLanguage()),
    run.rows.toLocaleString(currentLanguage()),
  );
  $('receipt').replaceChildren(...(shown.receipt ? receiptView(shown.receipt, run) : []));
}

function receiptView(found, run) {
  const address = `/intake/receipts/${encodeURIComponent(found.id)}`;
  const faulty = found.records.filter(({ faults }) => faults.length > 0);
  return [
    element('h3', {}, t('receipt-title', found.id)),
    numbers(counts.map((name) => [name, run.outcomes[name]])),
    element(
      'p',
      { className: 'links' },
      element('a', { href: address }, t('receipt-link')),
      element('a', { href: `${address}/original`, download: `${found.id}.csv` }, t('original-link')),
    ),
    found.faults.length > 0 && faultItems(found.faults),
    ...faultTable(t('receipt-faults'), [], faulty),
  ].filter(Boolean);
}

// ---- the page ----------------------------------------------------------------------------------------------------------

function say(kind, text) {
  $('message').className = kind;
  $('message').textContent = text;
}

function report(error) {
  if (error instanceof LineProblem) say('bad', t('problem-line'));
  else if (error instanceof ServiceProblem)
    say('bad', error.text(currentLanguage()) || t('problem-other', error.status));
  else throw error;
}

const guarded = (task) => (event) => void task(event)?.catch(report);

function renderWords() {
  document.documentElement.lang = currentLanguage();
  document.title = `${t('title')} · Liên Tuyến`;
  for (const marked of document.querySelectorAll('[data-t]')) marked.textContent = t(marked.dataset.t);
  $('language').textContent = currentLanguage() === 'vi' ? 'English' : 'Tiếng Việt';
  $('language').lang = currentLanguage() === 'vi' ? 'en' : 'vi';
  $('me').textContent = shown.me?.facility ? t('me', shown.me.facility) : '';
  renderChosen();
  renderResult();
  renderRun();
}

const chooseFile = guarded(async () => {
  const [file] = $('file').files;
  if (file) await check(file, file.name);
  // The same file, corrected, may be chosen again.
  $('file').value = '';
});
$('file').addEventListener('change', chooseFile);
$('drop').addEventListener('dragover', (event) => {
  event.preventDefault();
  $('drop').classList.add('over');
});
$('drop').addEventListener('dragleave', () => $('drop').classList.remove('over'));
$('drop').addEventListener(
  'drop',
  guarded(async (event) => {
    event.preventDefault();
    $('drop').classList.remove('over');
    const [file] = event.dataTransfer.files;
    if (file) await check(file, file.name);
  }),
);
$('check-paste').addEventListener(
  'click',
  guarded(async () => {
    if ($('paste').value.trim() !== '') await check(new Blob([$('paste').value]), t('pasted'));
  }),
);
$('take').addEventListener('click', guarded(take));
$('fault-list').addEventListener('click', guarded(downloadFaults));
$('language').addEventListener('click', () => {
  setLanguage(currentLanguage() === 'vi' ? 'en' : 'vi');
  renderWords();
});
$('log-out').addEventListener(
  'click',
  guarded(async () => {
    await logOut();
    location.assign('/login');
  }),
);

renderWords();
const asked = new URLSearchParams(location.hash.slice(1)).get('run');
if (asked) showRun(asked);
session()
  .then((me) => {
    shown.me = me;
    renderWords();
  })
  .catch(report);
