/** What a document may say of Scalelite, and what follows from it. */

import { mkdtemp, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { expect, it } from "vitest";
import { hasPrevious, loadBalancerSecrets } from "../../../../apps/scalelite/secret.ts";
import { versions } from "../../../../stacks/versions.ts";
import { estate } from "../../stacks/fixtures.ts";
import { scaleliteImages, withScalelite } from "../documents.ts";

const written = (settings: object) => () => estate((document) => withScalelite(document, { settings }));

it("whose digests nobody knows is refused, with the image to ask for", () => {
  expect(written({ images: {} })).toThrow(
    `apps.scalelite.images.poller: the digest of ${versions.scalelite.poller} is not known to the project: write ${versions.scalelite.poller}@sha256:...`,
  );
  expect(written({ images: { ...scaleliteImages, api: "docker.io/blindsidenetwks/scalelite:v1.8.5-api" } })).toThrow(
    "apps.scalelite.images.api: write an image by digest",
  );
});

it.each(["v1.8.3-api", "v1.7.12-api", "1.8.0", "v1.7", "v0.9.9"])(
  "of a release in which drains do not hold (%s) is refused",
  (tag) => {
    const digest = `@sha256:${"0".repeat(64)}`;
    const api = `registry.example.org:5000/scalelite:${tag}${digest}`;
    expect(written({ images: { ...scaleliteImages, api } })).toThrow(
      `apps.scalelite.images.api: ${api} is older than 1.8.4: write that or a later one`,
    );
  },
);

it.each(["v1.8.4-api", "v1.8.10-api", "v1.9.0", "v2.0.0", "v1.8", "v2", "main", "2026.11"])(
  "of a later one, or of one that the tag does not tell (%s), is taken",
  (tag) => {
    const api = `registry.example.org:5000/scalelite:${tag}@sha256:${"0".repeat(64)}`;
    expect(written({ images: { ...scaleliteImages, api } })).not.toThrow();
  },
);

it("needs the importer's image only where there are recordings", () => {
  const { importer: _, ...others } = scaleliteImages;
  expect(written({ images: others })).not.toThrow();
  expect(written({ images: others, recordings: { claim: "recordings" } })).toThrow("apps.scalelite.images.importer");
});

it("needs its stores", () => {
  const without = () =>
    estate((document) => {
      withScalelite(document);
      document.apps.redis.enabled = false;
    });
  expect(without).toThrow("apps.scalelite: needs redis: write apps.redis too");
});

it("has a secret in use that is not revoked, and one before it until that is", () => {
  expect(written({ secret: { generation: 1, revoked: 1 } })).toThrow("apps.scalelite.secret.revoked: write less than");
  const [first] = loadBalancerSecrets("seed", { generation: 0, revoked: -1 });
  const changing = loadBalancerSecrets("seed", { generation: 1, revoked: -1 });
  expect(changing).toEqual([expect.not.stringMatching(first), first]);
  expect(loadBalancerSecrets("seed", { generation: 1, revoked: 0 })).toEqual([changing[0]]);
  expect(loadBalancerSecrets("seed", { generation: 2, revoked: -1 })[1]).toBe(changing[0]);
  // a colon parts them in LOADBALANCER_SECRETS
  for (const secret of changing) expect(secret).toMatch(/^[0-9a-f]{64}$/);
  expect(hasPrevious({ generation: 0, revoked: -1 })).toBe(false);
});

it("has folders for recordings, made once and left alone afterwards, but for what was begun there and given up", async () => {
  const store = await mkdtemp(join(tmpdir(), "estate-recordings-"));
  try {
    const script = join(import.meta.dirname, "../../../../apps/scalelite/scripts/folders.sh");
    const group = String(process.getgid?.());
    const run = () => execa("sh", [script], { env: { STORE: store, GROUP: group } });
    expect((await run()).stdout.split("\n")).toHaveLength(4);
    for (const folder of ["spool", "recording/scalelite", "published", "unpublished"]) {
      const { mode, gid } = await stat(join(store, folder));
      expect([folder, (mode & 0o7777).toString(8), String(gid)]).toEqual([folder, "2775", group]);
    }
    for (const [name, days] of Object.entries({ ".one.part": 3, ".two.part": 1, "three.tar": 9 })) {
      await writeFile(join(store, "spool", name), "");
      const then = Date.now() / 1000 - days * 86_400;
      await utimes(join(store, "spool", name), then, then);
    }
    expect((await run()).stdout).toBe("");
    expect((await readdir(join(store, "spool"))).sort()).toEqual([".two.part", "three.tar"]);
  } finally {
    await rm(store, { recursive: true });
  }
});
