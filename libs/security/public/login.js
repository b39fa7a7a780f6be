// Makes a token into a session of this browser: pasted, or from the fragment of the address (`/login#token=…`).
import { safeNext } from './safe-next.js';

const kinds = {
  station: ['Trạm y tế', 'Commune station'],
  hospital: ['Bệnh viện, trung tâm y tế', 'Hospital'],
  clinician: ['Bác sĩ, điều dưỡng', 'Clinician'],
  province: ['Sở Y tế', 'Province'],
  resident: ['Người dân', 'Resident'],
  operator: ['Vận hành', 'Operator'],
};

const form = document.querySelector('#login');
const field = document.querySelector('#token');
const message = document.querySelector('#message');

function say(vi, en) {
  const english = document.createElement('span');
  english.lang = 'en';
  english.textContent = en;
  message.replaceChildren(...(vi === '' ? [] : [vi, english]));
}

async function problemIn(answer) {
  const problem = await answer.json().catch(() => ({}));
  if (problem.type?.endsWith(':invalid-request'))
    return ['Đây không phải là mã truy cập.', 'This is not an access token.'];
  return [
    [problem.title ?? `Lỗi ${answer.status}`, problem.detail].filter(Boolean).join('. '),
    [problem.en?.title ?? `Error ${answer.status}`, problem.en?.detail].filter(Boolean).join('. '),
  ];
}

function go({ home }) {
  location.replace(safeNext(new URLSearchParams(location.search).get('next'), location.origin) ?? home);
}

async function logIn(token) {
  say('', '');
  try {
    const answer = await fetch('/session', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token }),
    });
    if (answer.ok) go(await answer.json());
    else say(...(await problemIn(answer)));
  } catch {
    say('Không kết nối được máy chủ.', 'The server cannot be reached.');
  }
}

async function currentSession() {
  const answer = await fetch('/session', { headers: { accept: 'application/json' } }).catch(() => undefined);
  return answer?.ok ? answer.json() : undefined;
}

async function showCurrent() {
  const session = await currentSession();
  document.querySelector('#current').hidden = !session;
  if (!session) return;
  const [vi, en] = kinds[session.kind];
  document.querySelector('#current-who').textContent = [`${vi} (${en})`, session.facility].filter(Boolean).join(' · ');
  document.querySelector('#current-go').href = session.home;
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  const token = field.value.replaceAll(/\s/g, '');
  if (token === '') {
    say('Hãy dán mã truy cập.', 'Paste the access token.');
    field.focus();
  } else void logIn(token);
});

async function logOut() {
  await fetch('/session', { method: 'DELETE' }).catch(() =>
    say('Không kết nối được máy chủ.', 'The server cannot be reached.'),
  );
  await showCurrent();
  field.focus();
}

document.querySelector('#logout').addEventListener('click', () => void logOut());

const given = new URLSearchParams(location.hash.slice(1)).get('token');
// The token is not left in the address, where it would be copied, bookmarked or kept in the history.
if (given !== null) history.replaceState(null, '', location.pathname + location.search);
const session = await currentSession();
if (given !== null && !session) await logIn(given);
else if (given !== null) {
  // A link must not swap the user under somebody who is already at work: he decides.
  field.value = given;
  await showCurrent();
  field.focus();
} else if (session && new URLSearchParams(location.search).has('next')) go(session);
else {
  await showCurrent();
  field.focus();
}
