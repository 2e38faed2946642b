/** How the tests look for secrets in what programs say. */
import { expect, test } from "vitest";
import { generateSecrets } from "../../cli/secrets.ts";
import { isSecret, secretLines, shownIn } from "../engine/secret-lines.ts";

const secrets = await generateSecrets({});

test.each(["sshKey", "serviceKey", "adminKey", "hostKeySeed", "serverToken"] as const)(
  "%s is found in a text as it is, and in JSON, where its line ends are written",
  (name) => {
    const lines = secretLines({ ...secrets, other: "another-secret-of-the-estate" });
    const told = { note: `before ${secrets[name]} after` };
    expect(shownIn(told.note, lines)).toEqual([name]);
    expect(shownIn(JSON.stringify(JSON.stringify(told)), lines)).toEqual([name]);
    expect(shownIn("nothing of it", lines)).toEqual([]);
  },
);

test("certificates are not secret, all else is", () => {
  const kept = secretLines(secrets).filter(isSecret);
  expect(new Set(kept.map(({ name }) => name))).toEqual(
    new Set(Object.keys(secrets).filter((name) => !name.endsWith("Cert"))),
  );
});
