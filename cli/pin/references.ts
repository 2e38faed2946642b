/** An image as a source file names it: `docker.io/library/redis:7.2@sha256:...`. */
export interface Reference {
  /** `docker.io`, `registry.example.org:5000`. */
  readonly registry: string;
  /** `library/redis`. */
  readonly repository: string;
  readonly tag: string;
  /** `sha256:` and 64 hexadecimal digits. @default none is written */
  readonly digest?: string;
}

/** The first part has a dot or a port, as hosts have, and the last a tag: no address of a page reads so. */
const images =
  /"([a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d+)?|[a-z0-9-]+:\d+)\/([a-z0-9._/-]+):(\w[\w.-]{0,127})(?:@(sha256:[0-9a-f]{64}))?"/g;

/** Every image that the text of a source file names, once, in its order. */
export function referencesIn(text: string): readonly Reference[] {
  const found = [...text.matchAll(images)].map(([, registry = "", repository = "", tag = "", digest]) => ({
    ...{ registry, repository, tag },
    ...(digest ? { digest } : {}),
  }));
  return [...new Map(found.map((reference) => [written(reference), reference])).values()];
}

/** The same text, in which images have these digests; all else stays as it is. */
export function withDigests(text: string, digests: ReadonlyMap<string, string>): string {
  return text.replaceAll(images, (whole: string, registry: string, repository: string, tag: string) => {
    const name = nameOf({ registry, repository, tag });
    const digest = digests.get(name);
    return digest ? `"${name}@${digest}"` : whole;
  });
}

/** Without the digest. */
export const nameOf = ({ registry, repository, tag }: Reference) => `${registry}/${repository}:${tag}`;

const written = (reference: Reference) => `${nameOf(reference)}@${reference.digest ?? ""}`;
