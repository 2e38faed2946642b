/** The page of the port catalogue: that it is current, and that it has all there is. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { renderPorts } from "../../../cli/ports.ts";
import { project } from "../../../local/place.ts";
import { applications } from "../../../stacks/applications.ts";
import { parseEstate } from "../../../stacks/parse.ts";
import { applicationPorts, destinations, ports } from "../../../stacks/ports.ts";
import { securityGroups } from "../../../stacks/securityRules.ts";
import { plainDocument } from "../stacks/fixtures.ts";

const read = (file: string) => readFileSync(join(project, file), "utf8");
const page = renderPorts();
/** The cells of the rows of a section's tables, without their heads. */
const rowsOf = (section: string) => {
  const [, text = ""] = page.split(`## ${section}\n`);
  const rows = (text.split("\n## ")[0] ?? "").split("\n\n").flatMap((part) => part.split("\n").slice(2));
  return rows.filter((line) => line.startsWith("| ")).map((line) => line.slice(2, -2).split(" | "));
};

describe("stacks/ports.md", () => {
  it("is current", () => {
    expect(read("stacks/ports.md"), "run: node cli/ports.ts > stacks/ports.md").toBe(page);
  });

  it("has every entry of the catalogue, in its order, and nothing else", () => {
    const added = Object.entries(applicationPorts).flatMap(([name, own]) =>
      own.map((port) => [`\`${name}\``, port.service]),
    );
    const hosts = rowsOf("What hosts listen on");
    expect(hosts.slice(0, ports.length).map(([service]) => service)).toEqual(ports.map(({ service }) => service));
    expect(hosts.slice(ports.length).map((row) => row.slice(0, 2))).toEqual(added);
    expect(rowsOf("What hosts may reach outside the estate").map(([service]) => service)).toEqual(
      destinations.map(({ service }) => service),
    );
    const pods = Object.entries(applications).flatMap(([name, { ports: own = {} }]) =>
      Object.keys(own).map((port) => [`\`${name}\``, port]),
    );
    expect(pods.length).toBeGreaterThan(20);
    expect(rowsOf("What pods listen on").map((row) => row.slice(0, 2))).toEqual(pods);
  });

  it("says where each is, from whom and what for, in as many cells as the table has columns", () => {
    const heads = page.split("\n").filter((_, index, lines) => lines[index + 1]?.startsWith("| ---"));
    expect(heads.map((line) => line.split(" | ").length)).toEqual([6, 7, 6, 6]);
    expect(rowsOf("What hosts listen on")).toContainEqual([
      ...["media", "`bbb`", "udp", "16384-32768", "anyone, `turn`"],
      expect.stringMatching(/^Sound and pictures, .* by the addresses that they announce/),
    ]);
    expect(rowsOf("What hosts listen on")).toContainEqual([
      ...["node-exporter", "every host", "tcp", "9100", "`monitoring`", "Metrics: how the host is."],
    ]);
    expect(rowsOf("What hosts may reach outside the estate")).toContainEqual([
      ...["dhcp-renewal", "every host", "udp", "67", "`sites`"],
      "It keeps that address. Only with `network.addressing: dhcp`.",
    ]);
    expect(rowsOf("What pods listen on")).toContainEqual([
      ...["`postgres`", "postgres", "tcp", "5432", "all that use it", ""],
    ]);
    for (const { service, purpose } of [...ports, ...Object.values(applicationPorts).flat(), ...destinations])
      expect(purpose, service).toMatch(/^[A-Z].*[^.]$/);
  });

  it("says rightly which groups the shipped documents have, of the six", () => {
    const documents = [
      plainDocument(),
      parse(read("Pulumi.example.yaml")).config["estate:estate"],
      parse(read("stacks/example-provider.yaml")),
    ];
    for (const document of documents)
      expect(securityGroups(parseEstate(document, "a shipped document"))).toEqual([
        ...["hosts", "bbb", "orchestrator", "worker"],
      ]);
    const [, text = ""] = page.split("## Security groups\n");
    for (const group of ["orchestrator", "bbb", "greenlight", "scalelite", "turn", "monitoring", "hosts", "worker"])
      expect(text.split("\n## ")[0]).toContain(`\`${group}\``);
  });
});
