import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { machineFacts, machineSecrets } from "../../../ignition/machine.ts";
import { renderMachine } from "../../../ignition/render.ts";
import { staticPods, vip } from "../../../ignition/vip.ts";
import { unpinnedImages } from "../../../policies/judgements.ts";
import { deriveFacts } from "../../../stacks/facts.ts";
import { behindVip, estate, uniqueSecrets } from "../stacks/fixtures.ts";

const facts = deriveFacts(estate(behindVip));
const secrets = uniqueSecrets();

function rendered(name: string, address = "10.20.0.9", of = facts) {
  const host = of.pools.flatMap(({ hosts }) => hosts).find((one) => one.name === name);
  if (!host) throw new Error(`no host ${name}`);
  const machine = machineFacts(of, host, {}, { vip: address });
  return renderMachine(machine, machineSecrets(secrets, machine));
}

describe("a server behind a VIP", () => {
  const { files = [], units = [] } = vip({ vip: "10.20.0.9", api: facts.api });
  const manifest = String(files[0]?.contents);
  const pod = parse(manifest);

  it("has kube-vip as a static pod, as it was (the local stack's k3s is tested with the same file)", () =>
    expect(manifest).toMatchFileSnapshot("__golden__/kube-vip.yaml"));

  it("has it by its digest, as our own policy asks of all images", () => {
    expect(unpinnedImages(pod)).toEqual([]);
    expect(pod.spec.containers[0].image).toMatch(/^ghcr\.io\/kube-vip\/kube-vip:v[\d.]+@sha256:[0-9a-f]{64}$/);
  });

  it("has it ask the API of its own host, so that a server without one loses the address", () => {
    expect(pod.spec.hostAliases).toEqual([{ ip: "127.0.0.1", hostnames: ["kubernetes"] }]);
    const { hostNetwork, volumes } = pod.spec;
    expect(hostNetwork).toBe(true);
    expect(volumes).toEqual([{ name: "kubeconfig", hostPath: { path: "/etc/rancher/k3s/k3s.yaml", type: "File" } }]);
  });

  it("gives the address up before another takes it", () => {
    const value = (name: string) =>
      Number(pod.spec.containers[0].env.find((one: { name: string }) => one.name === name)?.value);
    const [duration, renewal, retry] = ["vip_leaseduration", "vip_renewdeadline", "vip_retryperiod"].map(value);
    expect(renewal).toBeLessThan(Number(duration));
    expect(retry).toBeLessThan(Number(renewal));
  });

  it("has it where k3s looks, from a folder that no volume hides; k3s does not start without", () => {
    expect(units.map(({ name }) => name)).toEqual(["var-lib-rancher-k3s-agent-pod\\x2dmanifests.mount"]);
    expect(units[0]?.contents).toContain(`What=/etc/estate/pods\nWhere=${staticPods}\n`);
    const k3s = JSON.parse(rendered("orchestrator-01")).systemd.units.find(
      ({ name }: { name: string }) => name === "k3s.service",
    );
    expect(k3s.contents).toContain(`RequiresMountsFor=${staticPods}\n`);
  });
});

describe("who is replaced when the API gets a VIP, or another", () => {
  const direct = deriveFacts(
    estate((document) => {
      behindVip(document);
      document.orchestrator.api = { front: "hosts" };
    }),
  );

  it("are the servers", () => {
    for (const name of ["orchestrator-01", "orchestrator-03"]) {
      expect(rendered(name)).not.toBe(rendered(name, "", direct));
      expect(rendered(name)).not.toBe(rendered(name, "10.20.0.10"));
    }
  });

  it("is no other host: those know the API by its name", () => {
    for (const name of ["bbb-01", "worker-01"]) {
      expect(rendered(name)).toBe(rendered(name, "", direct));
      expect(rendered(name)).toBe(rendered(name, "10.20.0.10"));
    }
  });
});

it("a server is not told of a VIP whose address nobody knows", () => {
  expect(() => rendered("orchestrator-01", "")).toThrow("orchestrator-01 is a server behind a VIP");
  expect(vip({ api: facts.api })).toEqual({});
});
