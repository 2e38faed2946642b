import assert from "node:assert/strict";
import { metadataRules } from "../../../ignition/metadata.ts";
import { id } from "../../unit/network/fixture.ts";
import { answers, askMetadata, sh } from "./lab.ts";

/** A namespace with an address of its own behind a host, as the host's pods have. */
const pod = [
  "ip netns add pod; ip link add pod0 type veth peer name eth0 netns pod",
  "ip address add 10.42.0.1/24 dev pod0; ip link set pod0 up; sysctl -qw net.ipv4.ip_forward=1",
  "ip -n pod address add 10.42.0.2/24 dev eth0; ip -n pod link set eth0 up; ip -n pod route add default via 10.42.0.1",
  "nft 'add table ip pods; add chain ip pods out { type nat hook postrouting priority 100; }'",
  "nft 'add rule ip pods out ip saddr 10.42.0.0/24 oifname != pod0 masquerade'",
].join("\n");

/** What something answers the pod; nothing if nobody does. */
const fromPod = (address: string, port: number, text: string) =>
  sh(
    "operator",
    `nsenter --net=/run/netns/pod timeout 2 bash -c 'exec 3<>/dev/tcp/${address}/${port}; printf "${text}" >&3; cat <&3' 2>/dev/null || :`,
  );
const metadataFromPod = () => fromPod("169.254.169.254", 80, "GET / HTTP/1.0\\r\\nHost: metadata\\r\\n\\r\\n");

/** What a host of the estate does for the pods that it runs. */
export const podScenarios = {
  "pods get nothing from the metadata service once the host keeps them from it, and the host still does": async () => {
    await sh("plain", pod);
    try {
      assert.match(await metadataFromPod(), new RegExp(id("plain")));
      // loaded again, as after a restart of its unit, it is there once
      for (const _ of [1, 2]) await sh("plain", `nft -f - <<'END'\n${metadataRules()}END`);
      assert.equal(await metadataFromPod(), "");
      assert.match(await askMetadata("plain"), new RegExp(id("plain")));
      assert.match(await fromPod("10.21.0.15", 80, ""), /^far /);
      await answers("far 10.20.0.13", "plain", "10.21.0.15", 80);
      const table = await sh("plain", "nft list table inet estate");
      assert.equal(table.match(/169\.254\.169\.254 counter packets [1-9]\d* .* drop/g)?.length, 1);
    } finally {
      await sh("plain", "nft delete table inet estate; nft delete table ip pods; ip netns delete pod");
    }
  },
};
