/**
 * The registrator's client and Scalelite's poller with the settings that the estate gives them, through a real nginx with the
 * configuration of its pods. Scalelite itself is played, after its source.
 */
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { connectScalelite, type Scalelite } from "../../../apps/registrator/service/scalelite.ts";
import { nginxConf } from "../../../apps/scalelite/nginx.ts";
import { pollingFor } from "../../../apps/scalelite/polling.ts";
import { loadBalancerSecrets } from "../../../apps/scalelite/secret.ts";
import { type FakeBbb, fakeBbb } from "../../unit/registrator/fake-bbb.ts";
import { type FakeScalelite, fakeScalelite } from "../../unit/registrator/fake-scalelite.ts";
import { freePort, Pod } from "../stores/pod.ts";

const host = "meet.example.org";
const [secret] = loadBalancerSecrets("a seed", { generation: 0, revoked: -1 });
const polling = pollingFor(30, 60);

let pod: Pod;
let scalelite: FakeScalelite;
let bbb: FakeBbb;
let client: Scalelite;

beforeEach(async () => {
  pod = await Pod.make("/usr/sbin");
  const { unhealthyThreshold } = polling;
  [scalelite, bbb] = [await fakeScalelite({ secret, host, idIsHostname: true, unhealthyThreshold }), await fakeBbb()];
  const port = await freePort();
  const folders = { store: await pod.mkdir("store"), scratch: await pod.mkdir("scratch") };
  const conf = nginxConf({ ...folders, host, port, recordings: false, api: new URL(scalelite.url).host });
  const config = join(await pod.mount("config", { "nginx.conf": conf }), "nginx.conf");
  pod.start(["sh", "-c", `exec nginx -e /dev/stderr -c ${config} -g 'daemon off;' > ${pod.folder}/log 2>&1`]);
  client = connectScalelite({ url: `http://127.0.0.1:${port}`, secret, algorithm: "sha256" });
  await vi.waitFor(async () => expect(await client.servers()).toEqual([]), { timeout: 20_000, interval: 50 });
});

afterEach(async () => {
  await pod.remove();
  await Promise.all([scalelite.stop(), bbb.stop()]);
});

test("servers are added and enabled through nginx, and nowhere else", async () => {
  const direct = connectScalelite({ url: scalelite.url, secret, algorithm: "sha256" });
  await expect(direct.servers()).rejects.toThrow("hostError");
  await client.add({ url: bbb.api, secret: bbb.secret, multiplier: 1 });
  const [added] = await client.servers();
  expect(added).toMatchObject({ id: "127.0.0.1", url: bbb.api, state: "disabled", online: false });
  await client.change("127.0.0.1", { state: "enable" });
  await scalelite.poll();
  expect((await client.servers())[0]).toMatchObject({ state: "enabled", online: true, load: 0 });
});

test("a server whose host name is there already is refused, not added twice", async () => {
  await client.add({ url: bbb.api, secret: bbb.secret, multiplier: 1 });
  await expect(client.add({ url: bbb.api, secret: bbb.secret, multiplier: 1 })).rejects.toThrow("HTTP 500");
  expect(await client.servers()).toHaveLength(1);
});

test("meetings of a silent server are kept for the whole grace, and given up after it", async () => {
  await client.add({ url: bbb.api, secret: bbb.secret, multiplier: 1 });
  await client.change("127.0.0.1", { state: "enable" });
  bbb.meetings.push({ id: "maths", people: 3, password: "p" });
  await scalelite.poll();
  scalelite.meetings.set("maths", "127.0.0.1");
  await bbb.stop();
  const looks = 1 + 60 / polling.interval;
  for (let look = 1; look < looks; look += 1) await scalelite.poll();
  expect([...scalelite.meetings.keys()]).toEqual(["maths"]);
  await scalelite.poll();
  expect([...scalelite.meetings.keys()]).toEqual([]);
  expect((await client.servers())[0]).toMatchObject({ online: false });
});
