/** A compose project in the place of upstream's: small enough to be made by a test, and with what settle.sh needs of it. */
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { addresses } from "../../../local/addresses.ts";
import { project } from "../../../local/place.ts";

const files = {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: what compose puts a value in
  "docker-compose.tmpl.yml": "services: { web: { image: 'example.org/web', environment: ['DOMAIN=${DOMAIN}'] } }\n",
  "scripts/generate-compose":
    "docker run --rm jwilder/dockerize -template docker-compose.tmpl.yml\ncp docker-compose.tmpl.yml docker-compose.yml\n",
  "mod/bbb-web/bbb-web.properties": "defaultWelcomeMessage=upstream's\n",
};

/** Writes the archive, with one folder in it, as those of a release are. */
export async function makeProject(archive: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "bbb-project-"));
  try {
    for (const [name, text] of Object.entries(files)) {
      const path = join(folder, "bbb", name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, text);
    }
    await execa("tar", ["-czf", archive, "-C", folder, "bbb"]);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** What hosts of the local stack fetch: the project, put into the mirror as `file`, and the docker-compose that it plays. */
export async function servedDownloads(mirror: string, file: string) {
  const archive = join(mirror, file);
  await mkdir(mirror, { recursive: true });
  await makeProject(archive);
  const served = async (path: string, name: string) => ({
    url: `http://${addresses.mirror}/${name}`,
    sha512: createHash("sha512")
      .update(await readFile(path))
      .digest("hex"),
  });
  const compose = "docker-compose";
  return {
    project: await served(archive, file),
    compose: await served(join(project, "local/boot/mirror", compose), compose),
  };
}
