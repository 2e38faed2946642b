/** Of `estate pin`, as its `--help` says them. */
export const exitCodes = { pinned: 0, failed: 1, differs: 2 } as const;
