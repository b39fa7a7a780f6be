// npm puts a shell between itself and a script. When npm is told to stop it tells the shell, which goes without telling us;
// and when npm is killed the shell stays. Either way nobody is left who could stop what we have started.
import { readFileSync } from 'node:fs';

/** Calls `gone` once npm, or its shell, is gone. Does nothing for a script that was started by hand: that one may outlive its terminal. */
export function whenNpmIsGone(gone) {
  if (process.env.npm_lifecycle_event === undefined) return;
  const began = parents();
  const timer = setInterval(() => {
    if (parents() === began) return;
    clearInterval(timer);
    gone();
  }, 250);
  timer.unref();
}

/** Our parent, and where that is a shell, its parent. */
function parents() {
  const { ppid } = process;
  try {
    // proc(5): pid (comm) state ppid …
    const [, command, grandparent] = /\((.*)\) \S (\d+)/s.exec(readFileSync(`/proc/${ppid}/stat`, 'utf8')) ?? [];
    return /^(sh|dash|bash|zsh|busybox)$/.test(command) ? `${ppid} ${grandparent}` : `${ppid}`;
  } catch {
    return `${ppid}`;
  }
}
