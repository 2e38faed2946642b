import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { authorityFiles, startScript } from "../../../ignition/founding.ts";
import { machineFacts, machineSecrets } from "../../../ignition/machine.ts";
import type { InterfaceFacts } from "../../../ignition/network.ts";
import { renderFragments, renderMachine, userDataLimit } from "../../../ignition/render.ts";
import { secureToken } from "../../../ignition/token.ts";
import { deriveFacts } from "../../../stacks/facts.ts";
import type { Estate } from "../../../stacks/schema.ts";
import { securityRules } from "../../../stacks/securityRules.ts";
import { estate, uniqueSecrets } from "../stacks/fixtures.ts";

const secrets = uniqueSecrets();

function render(host: string, of: Estate = estate(), port?: InterfaceFacts): string {
  const facts = deriveFacts(of);
  const found = facts.pools.flatMap((pool) => pool.hosts).find(({ name }) => name === host);
  if (!found) throw new Error(`no host ${host}`);
  const machine = machineFacts(facts, found, {}, { port, vip: facts.api.vip && "10.20.0.9" });
  return renderMachine(machine, machineSecrets(secrets, machine));
}

interface Rendered {
  readonly path: string;
  readonly contents: { readonly source: string };
}

/** The texts of the files, by path; what is downloaded is its address. */
function files(userData: string): Record<string, string> {
  const all = JSON.parse(userData).storage.files as Rendered[];
  return Object.fromEntries(
    all.map(({ path, contents: { source } }) => [
      path,
      source.startsWith("data:,") ? decodeURIComponent(source.slice(6)) : source,
    ]),
  );
}

/** Readable and stable; a private key is only named. */
function readable(userData: string): string {
  const document = JSON.parse(userData);
  for (const file of document.storage.files)
    if (file.contents.source.startsWith("data:,"))
      file.contents = decodeURIComponent(file.contents.source.slice(6))
        .replace(/-----BEGIN[\s\S]*-----\n/, "(private key)\n")
        .split("\n");
  for (const unit of document.systemd.units) if (unit.contents) unit.contents = unit.contents.split("\n");
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

describe("the user data of a server", () => {
  const text = render("orchestrator-01");
  const found = files(text);

  it("is what it was", () => expect(readable(text)).toMatchFileSnapshot("__golden__/orchestrator-01.json"));

  it("has its own configuration, and leaves to the start script whether it founds or joins", () => {
    const config = parse(found["/etc/rancher/k3s/config.yaml"] ?? "");
    expect(config).toMatchObject({ "node-name": "orchestrator-01", "node-label": ["estate/role=orchestrator"] });
    expect(config["tls-san"]).toEqual(["api.estate.test", "api.internal.estate.test"]);
    expect(Object.keys(config)).not.toEqual(expect.arrayContaining(["cluster-init"]));
    expect(config).not.toHaveProperty("server");
    expect(config).not.toHaveProperty("token");
    expect(parse(found["/etc/estate/found.yaml"] ?? "")).toEqual({ "cluster-init": true, token: secrets.serverToken });
    expect(parse(found["/etc/estate/join.yaml"] ?? "").server).toBe("https://api.internal.estate.test:6443");
  });

  it("lets user core, and nobody else, bring the authorities' keys", () => {
    const directories = JSON.parse(text).storage.directories;
    expect(directories).toContainEqual({ path: "/var/lib/estate/ca", mode: 0o700, user: { name: "core" } });
  });

  it("has none of the authorities' keys", () => {
    const decoded = Object.values(found).join("\n") + text;
    for (const name of [
      "serverCaKey",
      "clientCaKey",
      "requestHeaderCaKey",
      "etcdPeerCaKey",
      "etcdServerCaKey",
    ] as const)
      expect(decoded).not.toContain(secrets[name]);
    expect(decoded).not.toContain(secrets.serviceKey);
    expect(decoded).not.toContain(secrets.adminKey);
    expect(decoded).not.toContain(secrets.sshKey);
    expect(decoded).not.toContain(secrets.hostKeySeed);
  });

  it("writes secrets so that only root reads them", () => {
    const modes = new Map(
      (JSON.parse(text).storage.files as { path: string; mode: number }[]).map(({ path, mode }) => [path, mode]),
    );
    for (const [path, content] of Object.entries(found))
      if (
        content.includes(secrets.serverToken) ||
        content.includes(secrets.agentToken) ||
        content.includes("PRIVATE KEY")
      )
        expect(modes.get(path), path).toBe(0o600);
  });
});

describe("the user data of an agent", () => {
  const text = render("bbb-01");
  const found = files(text);

  it("is what it was", () => expect(readable(text)).toMatchFileSnapshot("__golden__/bbb-01.json"));

  it("joins by the internal name, with the agent's token in its secure form, its label and its taint", () => {
    expect(parse(found["/etc/rancher/k3s/config.yaml"] ?? "")).toEqual({
      "node-name": "bbb-01",
      "node-label": ["estate/role=bbb"],
      "node-taint": ["estate/dedicated=bbb:NoSchedule"],
      server: "https://api.internal.estate.test:6443",
      token: secureToken(secrets.serverCaCert, "node", secrets.agentToken),
    });
  });

  it("has not the server's token", () => expect(decodeURIComponent(text)).not.toContain(secrets.serverToken));

  it("downloads k3s by its hash", () => {
    const k3s = (JSON.parse(text).storage.files as Rendered[]).find(({ path }) => path === "/opt/bin/k3s");
    expect(k3s?.contents).toEqual({
      source: "http://192.0.2.80/k3s",
      verification: { hash: `sha512-${"ab".repeat(64)}` },
    });
  });

  it("does not update itself", () => {
    expect(JSON.parse(text).systemd.units).toContainEqual({ name: "update-engine.service", mask: true });
  });
});

describe("static addressing", () => {
  const port = { mac: "fa:16:3e:0a:0b:0c", address: "10.20.0.5", gateway: "10.20.0.1", mtu: 1450 };
  const fixed = (system = "flatcar") =>
    estate((document) => {
      document.network.addressing = "static";
      document.image.system = system;
    });

  it("gives a host its port's address in the words of its system, which only root reads where the system demands it", () => {
    const networkd = files(render("bbb-01", fixed(), port))["/etc/systemd/network/10-estate.network"];
    expect(networkd?.split("\n")).toEqual([
      ...["[Match]", "MACAddress=fa:16:3e:0a:0b:0c", "", "[Link]", "MTUBytes=1450", "", "[Network]", "DHCP=no"],
      ...["IPv6AcceptRA=no", "Address=10.20.0.5/24", "Gateway=10.20.0.1", "DNS=192.0.2.53", "Domains=estate.test", ""],
    ]);
    const text = render("bbb-01", fixed("fedora-coreos"), port);
    const path = "/etc/NetworkManager/system-connections/estate.nmconnection";
    expect(files(text)[path]?.split("\n")).toEqual([
      ...[
        "[connection]",
        "id=estate",
        "type=ethernet",
        "",
        "[ethernet]",
        "mac-address=fa:16:3e:0a:0b:0c",
        "mtu=1450",
        "",
      ],
      ...[
        "[ipv4]",
        "method=manual",
        "address1=10.20.0.5/24,10.20.0.1",
        "dns=192.0.2.53;",
        "dns-search=estate.test;",
        "",
      ],
      ...["[ipv6]", "method=disabled", ""],
    ]);
    expect(JSON.parse(text).storage.files.find((one: Rendered) => one.path === path).mode).toBe(0o600);
  });

  it("says nothing of the MTU where the cloud says nothing of it", () => {
    const silent = { ...port, mtu: undefined };
    for (const system of ["flatcar", "fedora-coreos"])
      expect(decodeURIComponent(render("bbb-01", fixed(system), silent))).not.toMatch(/mtu/i);
  });

  it("leaves no download to Ignition, which reaches nobody there: the unit of k3s downloads it by its hash", () => {
    for (const [host, name] of Object.entries({ "orchestrator-01": "k3s.service", "bbb-01": "k3s-agent.service" })) {
      const text = render(host, fixed(), port);
      for (const { contents } of JSON.parse(text).storage.files as Rendered[])
        expect(contents.source).toMatch(/^data:,/);
      const unit = (JSON.parse(text).systemd.units as { name: string; contents?: string }[]).find(
        (one) => one.name === name,
      );
      expect(unit?.contents).toContain(
        `ExecStartPre=/opt/estate/fetch.sh http://192.0.2.80/k3s ${"ab".repeat(64)} /opt/bin/k3s\n`,
      );
      expect(unit?.contents).toMatch(/\nExecStart=\/usr\/bin\/env \/opt\/bin\/k3s (server|agent)\n/);
    }
  });

  it("is nothing a host with DHCP is told, so that nothing of its port replaces it", () => {
    expect(render("bbb-01", estate(), port)).toBe(render("bbb-01"));
  });

  it("cannot be without what neutron says of the port", () => {
    expect(() => render("bbb-01", fixed())).toThrow("bbb-01 has static addressing, but nothing is known of its port");
  });
});

describe("the kernel's settings for media", () => {
  const path = "/etc/sysctl.d/90-estate-media.conf";
  const all = estate((document) => {
    document.roles.turn = { flavor: "m1.small", publicAddress: true, count: 1 };
  });

  it("are on hosts of bbb and turn, with room for a burst in every socket", () => {
    const buffers = "net.core.rmem_default = 1048576\nnet.core.rmem_max = 2097152\nnet.core.wmem_max = 2097152\n";
    expect(files(render("bbb-01", all))[path]).toBe(buffers);
    expect(files(render("turn-01", all))[path]).toContain(buffers);
  });

  it("let TURN listen on 443 without being root, on hosts of turn alone", () => {
    expect(files(render("turn-01", all))[path]).toMatch(/^net\.ipv4\.ip_unprivileged_port_start = 443$/m);
    expect(files(render("bbb-01", all))[path]).not.toContain("ip_unprivileged_port_start");
  });

  it("are on no other", () => {
    for (const host of ["orchestrator-01", "worker-01"]) expect(files(render(host, all))).not.toHaveProperty([path]);
  });
});

describe("the journal", () => {
  const caCert = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  const sent = (logs: object) =>
    render(
      "bbb-01",
      estate((document) => {
        document.logs = logs;
      }),
    );
  const path = "/etc/systemd/journal-upload.conf.d/10-estate.conf";

  it("is sent to the receiver by the image's own unit", () => {
    const text = sent({ address: "192.0.2.90" });
    expect(files(text)[path]).toBe("[Upload]\nURL=http://192.0.2.90:19532\n");
    expect(JSON.parse(text).systemd.units).toContainEqual({ name: "systemd-journal-upload.service", enabled: true });
  });

  it("is sent encrypted to a receiver whose authority is known", () => {
    const found = files(sent({ address: "192.0.2.90", port: 443, caCert }));
    expect(found[path]?.split("\n")).toEqual([
      ...["[Upload]", "URL=https://192.0.2.90:443", "ServerKeyFile=-", "ServerCertificateFile=-"],
      ...["TrustedCertificateFile=/etc/estate/logs-ca.crt", ""],
    ]);
    expect(found["/etc/estate/logs-ca.crt"]).toBe(caCert);
  });

  it("is sent nowhere where the document names nobody", () => {
    expect(render("bbb-01")).not.toContain("journal-upload");
  });
});

describe("the time", () => {
  const told = (system: string, timeServers: Record<string, string>) =>
    files(
      render(
        "bbb-01",
        estate((document) => {
          document.image.system = system;
          document.network.timeServers = timeServers;
        }),
      ),
    );
  const named = { second: "192.0.2.124", first: "192.0.2.123" };

  it("is told to the program of the image, and to no other", () => {
    const [flatcar, fedora] = [told("flatcar", named), told("fedora-coreos", named)];
    expect(flatcar["/etc/systemd/timesyncd.conf.d/10-estate.conf"]).toBe("[Time]\nNTP=192.0.2.123 192.0.2.124\n");
    expect(flatcar["/etc/chrony.conf"]).toBeUndefined();
    expect(fedora["/etc/chrony.conf"]).toBe(
      "server 192.0.2.123 iburst\nserver 192.0.2.124 iburst\ndriftfile /var/lib/chrony/drift\nmakestep 1.0 3\nrtcsync\n",
    );
    expect(Object.keys(fedora).filter((path) => path.includes("timesyncd"))).toEqual([]);
  });

  it("is that of public servers where the document names none, which hosts may reach", () => {
    const unnamed = estate((document) => {
      delete document.network.timeServers;
    });
    const conf = files(render("bbb-01", unnamed))["/etc/systemd/timesyncd.conf.d/10-estate.conf"];
    expect(conf).toBe("[Time]\nNTP=162.159.200.1 162.159.200.123\n");
    const open = securityRules(unnamed).filter(({ direction, from }) => direction === "egress" && from === 123);
    expect(open.map(({ key }) => key)).toEqual([
      "hosts-out-udp:123-to-162.159.200.1/32",
      "hosts-out-udp:123-to-162.159.200.123/32",
    ]);
  });
});

describe("user data", () => {
  const machine = { host: "bbb-01", system: "flatcar" } as const;

  it.each([
    ["flatcar", "3.4.0"],
    ["fedora-coreos", "3.4.0"],
  ])("for %s is of a specification that its Ignition reads: %s", (system, version) => {
    const text = render(
      "bbb-01",
      estate((document) => {
        document.image.system = system;
      }),
    );
    expect(JSON.parse(text).ignition.version).toBe(version);
  });

  it("is the same for the same facts, in whatever order they were written", () => {
    const reversed = estate((document) => {
      document.roles = Object.fromEntries(Object.entries(document.roles as object).toReversed());
    });
    for (const host of ["orchestrator-02", "bbb-01", "worker-01"]) expect(render(host, reversed)).toBe(render(host));
  });

  it("names no other host, and does not change when one is added", () => {
    const more = estate((document) => {
      document.roles.bbb.hosts["bbb-03"] = {};
    });
    const hosts = ["orchestrator-01", "orchestrator-02", "orchestrator-03", "bbb-01", "bbb-02", "worker-01"];
    for (const host of hosts) {
      expect(render(host, more), host).toBe(render(host));
      for (const other of hosts) if (other !== host) expect(render(host)).not.toContain(other);
    }
  });

  it("that nova would refuse is refused, with the biggest files", () => {
    const files = [
      { path: "/small", mode: 0o644, contents: "x" },
      { path: "/large", mode: 0o644, contents: "x".repeat(userDataLimit) },
      { path: "/elsewhere", mode: 0o644, contents: { url: "http://192.0.2.80/large", sha512: "ab".repeat(64) } },
    ];
    expect(() => renderFragments(machine, "key", [{ files }])).toThrow(
      /bbb-01 has \d+ bytes[\s\S]*\n {2}\/large: 49149 bytes\n {2}\/small/,
    );
  });

  it("may be as large as nova takes, in base64, and not a byte larger", () => {
    const sized = (contents: string) =>
      renderFragments(machine, "key", [{ files: [{ path: "/large", mode: 0o644, contents }] }]);
    const room = userDataLimit - Buffer.byteLength(sized(""));
    // as the schema of nova's API has it (maxLength), of what the provider sends
    const largest = Buffer.from(sized("x".repeat(room))).toString("base64");
    expect(largest.length).toBeLessThanOrEqual(65_535);
    expect(Buffer.from(`${Buffer.from(largest, "base64")} `).toString("base64").length).toBeGreaterThan(65_535);
    expect(() => sized("x".repeat(room + 1))).toThrow(
      `The user data of bbb-01 has 49150 bytes; nova takes 49149. The biggest files:\n  /large: ${room + 1} bytes\n`,
    );
  });

  it("has what applications bring to the host, which none does here", () => {
    const facts = deriveFacts(estate());
    const [host] = facts.pools.flatMap((pool) => pool.hosts).filter(({ name }) => name === "bbb-01");
    if (!host) throw new Error("no host bbb-01");
    expect(host).not.toHaveProperty("brought");
    const brought = [{ files: [{ path: "/etc/brought", mode: 0o644, contents: "by an application" }] }];
    const machine = machineFacts(facts, { ...host, brought }, {});
    expect(files(renderMachine(machine, machineSecrets(secrets, machine)))["/etc/brought"]).toBe("by an application");
  });

  it("with the same file twice is refused", () => {
    const files = [{ path: "/a", mode: 0o644, contents: "" }];
    expect(() => renderFragments(machine, "key", [{ files }, { files }])).toThrow("two fragments of a machine have /a");
  });
});

describe("the token of a server", () => {
  it("has the form and the hash that k3s gives it", () => {
    // printf 'certificate\n' | sha256sum
    const hash = execFileSync("sha256sum", { input: "certificate\n" }).toString().slice(0, 64);
    expect(secureToken("certificate\n", "node", "password")).toBe(`K10${hash}::node:password`);
  });
});

describe("the scripts", () => {
  it("are sound shell", () => {
    for (const [path, text] of Object.entries(files(render("orchestrator-01"))))
      if (path.endsWith(".sh")) execFileSync("sh", ["-n"], { input: text });
  });

  it("know every file of the authorities", () => {
    expect(authorityFiles).toHaveLength(11);
    for (const name of authorityFiles)
      expect(startScript("https://x", { alone: false, front: "hosts" })).toContain(` ${name}`);
  });
});
