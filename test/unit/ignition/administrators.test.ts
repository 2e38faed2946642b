import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { administrators, authorizedKeys, placeKeys } from "../../../ignition/administrators.ts";
import { base } from "../../../ignition/base.ts";
import { machineFacts, machineSecrets } from "../../../ignition/machine.ts";
import { deriveFacts } from "../../../stacks/facts.ts";
import { keys } from "../stacks/administrators.ts";
import { estate, uniqueSecrets } from "../stacks/fixtures.ts";

let root: string;
const file = () => join(root, "administrators/core");
/** What arrives on the host is run for real, below a folder that stands for /etc/estate. */
const place = (input: string) =>
  spawnSync("sh", ["-c", placeKeys.replaceAll("/etc/estate/", `${root}/`)], { input, encoding: "utf8" });

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "administrators-"));
  mkdirSync(join(root, "administrators"));
});
afterEach(() => rmSync(root, { recursive: true }));

describe("the administrators' keys", () => {
  it("are a line each, by the name in the document, in the order of the names", () => {
    expect(authorizedKeys({ ben: "ssh-rsa BBBB", anna: "ssh-ed25519 AAAA" }).split("\n").slice(1)).toEqual([
      "ssh-ed25519 AAAA anna",
      "ssh-rsa BBBB ben",
      "# end",
      "",
    ]);
  });

  it("take the place of those that were there before, so that one who is no longer among them is out", () => {
    expect(place(authorizedKeys({ anna: "ssh-ed25519 AAAA", ben: "ssh-rsa BBBB" })).status).toBe(0);
    expect(place(authorizedKeys({ ben: "ssh-rsa BBBB" })).status).toBe(0);
    expect(readFileSync(file(), "utf8")).toBe(authorizedKeys({ ben: "ssh-rsa BBBB" }));
    // sshd refuses a file that others may write
    expect(statSync(file()).mode & 0o777).toBe(0o644);
    expect(place(authorizedKeys({})).status).toBe(0);
    expect(readFileSync(file(), "utf8")).not.toMatch(/^ssh-/m);
  });

  it("stay as they were when the connection ends in the middle", () => {
    place(authorizedKeys({ anna: "ssh-ed25519 AAAA" }));
    for (const part of ["", authorizedKeys({ ben: "ssh-rsa BBBB" }).slice(0, -4)])
      expect(place(part).status).not.toBe(0);
    expect(readFileSync(file(), "utf8")).toBe(authorizedKeys({ anna: "ssh-ed25519 AAAA" }));
  });

  it("are read by sshd for user core, besides the estate's own; only core writes where they are", () => {
    const facts = deriveFacts(estate());
    const [host] = facts.pools[0]?.hosts ?? [];
    if (!host) throw new Error("no host");
    const machine = machineFacts(facts, host, {});
    const sshd = base(machine, machineSecrets(uniqueSecrets(), machine)).files?.find(({ path }) =>
      path.startsWith("/etc/ssh/sshd_config.d/"),
    );
    expect(sshd?.contents).toContain(
      "\nAuthorizedKeysFile .ssh/authorized_keys .ssh/authorized_keys.d/ignition /etc/estate/administrators/%u\n",
    );
    expect(placeKeys).toContain(" /etc/estate/administrators/core");
    expect(administrators().directories).toEqual([{ path: "/etc/estate/administrators", mode: 0o755, owner: "core" }]);
  });

  it("are in no user data", () => {
    const facts = (of: object) =>
      deriveFacts(
        estate((document) => {
          document.admins.keys = of;
        }),
      );
    expect(facts(keys).administrators.anna).toBe(keys.anna.replace(/ \S+$/, ""));
    for (const pool of facts(keys).pools)
      for (const host of pool.hosts)
        expect(machineFacts(facts(keys), host, {})).toEqual(machineFacts(facts({}), host, {}));
  });
});
