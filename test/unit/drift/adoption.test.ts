/** The code and the import that take an unmanaged thing in. */
import { expect, test } from "vitest";
import { adoptionOf, constructorOf } from "../../../cli/drift/adoption-code.ts";
import type { Finding } from "../../../cli/drift/finding.ts";
import { types } from "./fixtures.ts";
import { sighted } from "./reports.ts";

const provider = "urn:pulumi:prod::estate::pulumi:providers:openstack::openstack";
const resources = [
  {
    urn: "urn:pulumi:prod::estate::pulumi:providers:openstack::default_3_15_2",
    type: "pulumi:providers:openstack",
    id: "x",
  },
  { urn: provider, type: "pulumi:providers:openstack", id: "y" },
];
const unmanaged = (more: Partial<Finding> & Pick<Finding, "name">) =>
  sighted({ answer: "unmanaged", change: "unknown", ...more });

test("a rule: what it opens, and its id", () => {
  const place = { in: "openstack", kind: "rule", service: "network", path: "/v2.0/security-group-rules/r9" } as const;
  const rule = {
    id: "r9",
    security_group_id: "g1",
    direction: "ingress",
    ethertype: "IPv4",
    protocol: "tcp",
    port_range_min: 22,
  };
  const lines = adoptionOf(
    "prod",
    unmanaged({ name: "by hand", type: types.rule, place }),
    { ...rule, port_range_max: 22, remote_ip_prefix: "0.0.0.0/0" },
    resources,
  );
  const text = lines.join("\n");
  expect(text).toContain('if (stack.name === "prod")\n  new openstack.networking.SecGroupRule(\n    "by-hand",');
  expect(text).toMatch(/securityGroupId: "g1",[\s\S]*portRangeMin: 22,[\s\S]*remoteIpPrefix: "0.0.0.0\/0"/);
  expect(text).not.toContain("remoteGroupId");
  expect(text).toContain("\n    { provider: stack.providers.openstack, protect: true },\n  );\n");
  expect(text).toContain(
    `pulumi import ${types.rule} by-hand r9 --stack prod --generate-code=false --provider openstack=${provider}`,
  );
});

test("a server: its networks, with its own addresses there", () => {
  const place = { in: "openstack", kind: "server", service: "compute", path: "/servers/s9" } as const;
  const own = [
    { addr: "10.20.0.9", version: 4, "OS-EXT-IPS:type": "fixed" },
    { addr: "203.0.113.9", version: 4, "OS-EXT-IPS:type": "floating" },
    { addr: "2001:db8::9", version: 6, "OS-EXT-IPS:type": "fixed" },
  ];
  const server = { id: "s9", name: "test", addresses: { "estate-local": own, outside: [] } };
  const text = adoptionOf("prod", unmanaged({ name: "test", type: types.server, place }), server, []).join("\n");
  expect(text.replaceAll(/\s+/g, " ")).toContain(
    'networks: [ { name: "estate-local", fixedIpV4: "10.20.0.9", fixedIpV6: "2001:db8::9" }, { name: "outside" } ]',
  );
  expect(text).not.toContain("203.0.113.9");
  expect(text).toContain("# No gate drains it");
});

test("what index.ts imports already, it does not import again: a second thing is taken in after a first", () => {
  const place = { in: "openstack", kind: "group", service: "network", path: "/v2.0/security-groups/g9" } as const;
  const finding = unmanaged({ name: "mine", type: types.group, place });
  const first = adoptionOf("prod", finding, { name: "mine" }, []).join("\n");
  const second = adoptionOf("prod", finding, { name: "mine" }, [], first).join("\n");
  const imported = 'import * as openstack from "@pulumi/openstack";\n';
  expect(first).toContain(imported);
  expect(second).toBe(first.replace(`${imported}\n`, ""));
});

test("a record set is imported by its zone and its own id", () => {
  const place = { in: "openstack", kind: "recordSet", service: "dns", path: "/v2/zones/z1/recordsets/rs9" } as const;
  const record = { id: "rs9", zone_id: "z1", name: "www.estate.test.", type: "A", ttl: null, records: ["192.0.2.9"] };
  const text = adoptionOf(
    "prod",
    unmanaged({ name: "www.estate.test. A", type: types.record, place }),
    record,
    [],
  ).join("\n");
  expect(text).toContain("www.estate.test.-a z1/rs9 --stack prod");
  expect(text).not.toContain("ttl");
  expect(text).not.toContain("--provider");
});

test("an object of the orchestrator: its manifest, without what the cluster wrote", () => {
  const place = { in: "kubernetes", apiVersion: "v1", kind: "ConfigMap", namespace: "estate", name: "notes" } as const;
  const object = {
    ...{ apiVersion: "v1", kind: "ConfigMap", data: { greeting: "hello" } },
    metadata: { name: "notes", namespace: "estate", uid: "u", managedFields: [{}], resourceVersion: "7" },
  };
  const text = adoptionOf("prod", unmanaged({ name: "estate/notes", type: types.configMap, place }), object, []).join(
    "\n",
  );
  expect(text).toContain("new kubernetes.core.v1.ConfigMap(");
  expect(text).toContain('greeting: "hello"');
  expect(text).not.toMatch(/uid|managedFields|resourceVersion/);
  expect(text).toContain("\n    { provider: stack.providers.kubernetes, protect: true },\n  );\n");
  expect(text).toContain("estate-notes estate/notes --stack prod");
});

test("of a Secret no value is shown", () => {
  const place = { in: "kubernetes", apiVersion: "v1", kind: "Secret", namespace: "estate", name: "s" } as const;
  const secret = {
    ...{ apiVersion: "v1", kind: "Secret", data: { password: "dW5pcXVl" }, stringData: { other: "unique" } },
    metadata: {
      name: "s",
      namespace: "estate",
      annotations: { "kubectl.kubernetes.io/last-applied-configuration": "unique" },
    },
  };
  const text = adoptionOf(
    "prod",
    unmanaged({ name: "estate/s", type: "kubernetes:core/v1:Secret", place }),
    secret,
    [],
  ).join("\n");
  expect(text).toContain('password: "<from a secret of the stack>"');
  expect(text).not.toMatch(/dW5pcXVl|unique/);
});

test("a name is one word of the shell, whatever it is", () => {
  const place = { in: "openstack", kind: "keyPair", service: "compute", path: "/os-keypairs/a'%3B%20rm" } as const;
  const text = adoptionOf(
    "prod",
    unmanaged({ name: "a'; rm", type: "openstack:compute/keypair:Keypair", place }),
    { name: "a'; rm", public_key: "k" },
    [],
  ).join("\n");
  expect(text).toContain(`a-rm 'a'\\''; rm' --stack prod`);
});

test.each([
  [types.port, "openstack.networking.Port"],
  [types.deployment, "kubernetes.apps.v1.Deployment"],
  ["kubernetes:networking.k8s.io/v1:NetworkPolicy", "kubernetes.networking.v1.NetworkPolicy"],
])("%s is %s", (type, expected) => {
  expect(constructorOf(type)).toBe(expected);
});
