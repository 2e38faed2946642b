import { describe, expect, it } from "vitest";
import { images, imagesFetched, imagesFolder } from "../../../ignition/images.ts";
import { estate } from "../stacks/fixtures.ts";

const orchestrator = (archive: object | undefined) =>
  estate((document) => {
    document.orchestrator.k3s.images = archive;
  }).orchestrator;
const of = (archive: object | undefined) => images({ orchestrator: orchestrator(archive) });
const sha512 = "cd".repeat(64);

describe("the archive of k3s's images", () => {
  it("is not there unless it is named", () => expect(of(undefined)).toEqual({}));

  it("is downloaded by its hash, to a place that no volume hides, under a name that k3s takes", () => {
    const url = "http://192.0.2.80/v1.34.2+k3s1/k3s-airgap-images-amd64.tar.zst";
    const path = "/opt/estate/images/k3s-airgap-images.tar.zst";
    expect(of({ url, sha512 }).files).toEqual([{ path, mode: 0o644, contents: { url, sha512 } }]);
    expect(of({ url: "http://192.0.2.80/some.tgz?x=1", sha512 }).files?.[0]?.path).toMatch(/\/k3s-airgap-images\.tgz$/);
  });

  it("is mounted where k3s looks, after whatever is mounted above", () => {
    const [unit] = of({ url: "http://192.0.2.80/all.tar", sha512 }).units ?? [];
    expect(unit?.name).toBe("var-lib-rancher-k3s-agent-images.mount");
    expect(unit?.contents).toContain("\nRequiresMountsFor=/var/lib/rancher/k3s/agent\n");
    expect(unit?.contents).toContain(`\nWhat=/opt/estate/images\nWhere=${imagesFolder}\nType=none\nOptions=bind\n`);
  });

  it("is downloaded before k3s starts where there is no DHCP, and Ignition reaches nobody", () => {
    const archive = { url: "http://192.0.2.80/all.tar", sha512 };
    const port = { mac: "fa:16:3e:00:00:01", address: "10.20.0.5", prefix: 24, gateway: "10.20.0.1", mtu: undefined };
    const { files, directories } = images({ interface: port, orchestrator: orchestrator(archive) });
    expect(files).toBeUndefined();
    expect(directories).toEqual([{ path: "/opt/estate/images", mode: 0o755 }]);
    expect(imagesFetched(orchestrator(archive))).toEqual([
      `/opt/estate/fetch.sh http://192.0.2.80/all.tar ${sha512} /opt/estate/images/k3s-airgap-images.tar`,
    ]);
    expect(imagesFetched(orchestrator(undefined))).toEqual([]);
  });
});
