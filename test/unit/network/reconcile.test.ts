import { afterEach, expect, test, vi } from "vitest";
import type { CloudState } from "../../../local/network/model.ts";
import { createReconciler, type Reconciler } from "../../../local/network/reconcile.ts";
import type { OpenStack } from "../../../local/openstack-client/client.ts";
import { fakeOpenstack } from "../../beside/network/fake-openstack.ts";
import { Fixture, id } from "./fixture.ts";

const running: Reconciler[] = [];
afterEach(() => {
  for (const one of running.splice(0)) one.stop();
});

function reconciler(cloud: OpenStack, bring: (state: CloudState) => Promise<void>): Reconciler {
  const one = createReconciler(cloud, async (state) => {
    await bring(state);
    return { interfaces: new Map(), failures: [] };
  });
  running.push(one);
  return one;
}

test("a swarm of changes is one pass, and what asks for fresh state gets what was true when it asked", async () => {
  const cloud = new Fixture();
  const bring = vi.fn(async () => {});
  const one = reconciler(
    fakeOpenstack(() => cloud.state),
    bring,
  );
  for (let change = 0; change < 20; change++) one.touch("neutron");
  cloud.server("host", "net", "10.0.0.5", []);
  await one.fresh("neutron");
  expect(bring).toHaveBeenCalledTimes(1);
  expect(one.state().ports[0]?.name).toBe("host port");
});

test("a service that fails leaves its last state, says so, and is asked again", async () => {
  const cloud = new Fixture();
  cloud.balancer("lb", "net", "10.0.0.50", []);
  let broken = false;
  const fake = fakeOpenstack(() => cloud.state);
  const list: OpenStack["list"] = (service, ...rest) =>
    broken && service === "load-balancer" ? Promise.reject(new Error("busy")) : fake.list(service, ...rest);
  const one = reconciler({ ...fake, list }, async () => {});
  await one.fresh("neutron", "nova", "octavia");
  broken = true;
  cloud.server("host", "net", "10.0.0.5", []);
  one.touch("octavia");
  await one.fresh("neutron");
  expect(one.report().failures).toEqual(["octavia: busy"]);
  expect(one.state().loadBalancers.map((balancer) => balancer.id)).toEqual([id("lb")]);
  broken = false;
  await one.fresh("octavia");
  expect(one.report().failures).toEqual([]);
});

test("a world that could not be brought about is tried again, and nobody is told that it is there", async () => {
  const cloud = new Fixture();
  let attempts = 0;
  const one = reconciler(
    fakeOpenstack(() => cloud.state),
    async () => {
      if (++attempts === 1) throw new Error("ip: no");
    },
  );
  await one.fresh("neutron");
  expect(attempts).toBe(2);
});

test("a service that is slow does not hold up the others", async () => {
  const cloud = new Fixture();
  const fake = fakeOpenstack(() => cloud.state);
  const list: OpenStack["list"] = (service, ...rest) =>
    service === "compute" ? new Promise(() => {}) : fake.list(service, ...rest);
  const one = reconciler({ ...fake, list }, async () => {});
  one.touch("nova");
  cloud.server("host", "net", "10.0.0.5", []);
  await one.fresh("neutron");
  expect(one.state().ports).toHaveLength(1);
});

test("what was to be brought about again and could not be is tried until it is", async () => {
  const cloud = new Fixture();
  let failures = 0;
  const bring = vi.fn(async () => {
    if (failures-- > 0) throw new Error("ip: no");
  });
  const one = reconciler(
    fakeOpenstack(() => cloud.state),
    bring,
  );
  failures = 2;
  await expect(one.again()).rejects.toThrow("ip: no");
  await expect.poll(() => bring.mock.calls.length, { timeout: 5000 }).toBe(3);
  await expect.poll(() => one.report().failures).toEqual([]);
});
