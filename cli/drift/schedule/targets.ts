/** What can run the check. */
export const targets = ["systemd", "github", "gitlab", "kubernetes"] as const;
export type Target = (typeof targets)[number];
