/** A release as a number that grows with it: `3.0.35` is 3000035. What follows the third number, such as `-beta.1`, does not count. */
export function versionNumber(release: string): number {
  const [major = 0, minor = 0, patch = 0] = release.split(/[.-]/).map((part) => Number.parseInt(part, 10) || 0);
  return (major * 1000 + minor) * 1000 + patch;
}
