import { describe, expect, it } from "vitest";
import { metadata, metadataRules, metadataUnit } from "../../../ignition/metadata.ts";
import { metadataAddress } from "../../../local/network/security-groups.ts";

/** That packets do as it says is for test/beside/network. */
describe("what keeps pods from the metadata service", () => {
  const [file] = metadata().files ?? [];
  const [unit] = metadata().units ?? [];

  it("is one rule, of a table of its own that may be loaded again", () => {
    expect(metadataRules().split("\n").slice(0, 3)).toEqual([
      "table inet estate",
      "delete table inet estate",
      "table inet estate {",
    ]);
    expect(metadataRules().match(/^.*drop$/gm)).toEqual([
      `    iifname != "lo" ip daddr ${metadataAddress} counter drop`,
    ]);
  });

  it("comes before anything translates addresses: connection tracking (-200), and destinations (-100)", () => {
    const [, priority] = /hook prerouting priority (-?\d+);/.exec(metadataRules()) ?? [];
    expect(Number(priority)).toBeLessThan(-200);
  });

  it("is loaded by a unit that stays", () => {
    expect(unit?.name).toBe(metadataUnit);
    expect(unit?.contents).toContain(`\nExecStart=/usr/sbin/nft -f ${file?.path}\n`);
    expect(unit?.contents).toContain("\nType=oneshot\nRemainAfterExit=yes\n");
    expect(file?.contents).toBe(metadataRules());
  });
});
