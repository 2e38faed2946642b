/** A line of a secret that is long enough to be found nowhere by chance. */
export interface SecretLine {
  /** Of the secret it belongs to: what a failed expectation may print. */
  readonly name: string;
  readonly line: string;
}

/** Secrets as a search must look for them: line by line, since the line ends of a key are written as `\n` in JSON, or are gone in a log. */
export function secretLines(secrets: Readonly<Record<string, string>>): SecretLine[] {
  return Object.entries(secrets).flatMap(([name, value]) =>
    value
      .split("\n")
      .filter((line) => line.length > 20 && !line.startsWith("-----"))
      .map((line) => ({ name, line })),
  );
}

/** Which of them a text has: named, and not shown. */
export function shownIn(text: string, lines: readonly SecretLine[]): string[] {
  return [...new Set(lines.filter(({ line }) => text.includes(line)).map(({ name }) => name))];
}

/** With which every private key of OpenSSH begins that has no passphrase, those of hosts as well: what kind of key it is. */
const kindOfKey = Buffer.from("openssh-key-v1\0").toString("base64");

/** Certificates are not secret: they travel with their keys. */
export function isSecret({ name, line }: SecretLine): boolean {
  return !name.endsWith("Cert") && !line.startsWith(kindOfKey);
}
