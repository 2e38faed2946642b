/** What the machine lacks, by what the kernel and programs say when it does. The first that fits counts. */
const lacks: readonly (readonly [RegExp, string])[] = [
  // the same error number as a full disk, for something else
  [/file watchers/i, "too many files are watched; raise the sysctl fs.inotify.max_user_watches"],
  [/no space left on device|ENOSPC/i, "the disk is full; 'df -h' shows which one, make room on it"],
  [/disk quota exceeded|EDQUOT/i, "the quota of this user is used up; 'quota' shows it, make room"],
  [/read-only file system|EROFS/i, "the disk can only be read; 'dmesg' says whether it broke"],
  [/cannot allocate memory|ENOMEM|out of memory/i, "the memory is used up; 'free -h' shows it, end what else runs"],
  [/too many open files|EMFILE|ENFILE/i, "too many files are open; raise the limit ('ulimit -n') and start again"],
  [
    /address already in use|EADDRINUSE/i,
    "another process of the stack has its port; 'estate local exec -- ss -ltnp' says which",
  ],
  [/killed by SIGKILL/, "something else ended it, perhaps the kernel for want of memory ('dmesg' says so)"],
];

/** What is behind a program's words and what to do about it, where that is known. */
export function cureOf(text: string): string | undefined {
  return lacks.find(([words]) => words.test(text))?.[1];
}

/** The lines to add to words that a program ended with: what is behind them, where that is known, and the next step. */
export function behind(text: string): string {
  const cure = cureOf(text);
  return `${cure === undefined ? "" : `\nWhat is behind it: ${cure}.`}\nAfter the cure, 'estate local up' goes on from there.`;
}

/** An error in one sentence, with what is behind it and what to do first, where that is known. */
export function explained(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const cure = cureOf(message);
  return cure === undefined ? message : `${cure} (${message.split("\n")[0]})`;
}
