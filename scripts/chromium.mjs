// A browser for the tests that need one: the machine's own, else Debian's where we may install it.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { say } from './prepare.mjs';

const places = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
];

/** Path of a browser, or undefined, said out loud. */
export function findChromium() {
  const given = process.env.CHROMIUM_PATH;
  if (given) return given;
  const found = places.find((path) => existsSync(path));
  return found ?? installed();
}

function installed() {
  if (existsSync('/usr/bin/apt-get') && process.getuid?.() === 0) {
    say('Đang cài Chromium … / installing Chromium for the browser tests …');
    const apt = (...parameters) =>
      spawnSync('apt-get', ['-qq', '-o', 'Dpkg::Use-Pty=0', ...parameters], {
        stdio: ['ignore', 'ignore', 2],
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      }).status === 0;
    apt('update');
    if (apt('install', '-y', '--no-install-recommends', 'chromium', 'fonts-dejavu-core') && existsSync(places[0]))
      return places[0];
  }
  say('');
  say('!! KHÔNG CÓ TRÌNH DUYỆT: các bài kiểm thử trình duyệt bị BỎ QUA. Cài Chromium, hoặc đặt CHROMIUM_PATH.');
  say('!! NO BROWSER: browser tests are SKIPPED. Install Chromium, or set CHROMIUM_PATH.');
  say('');
  return undefined;
}
