import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { registries } from "../../../ignition/registries.ts";
import { authority } from "../stacks/authority.ts";

const filesOf = (all: Parameters<typeof registries>[0]) =>
  Object.fromEntries((registries(all).files ?? []).map(({ path, ...rest }) => [path, rest]));

describe("registries", () => {
  it("that nobody named are not written at all", () => expect(registries({})).toEqual({}));

  it("are what k3s reads: endpoints of each registry in their order", () => {
    const files = filesOf({
      "registry.example.org:5000": { endpoints: ["http://192.0.2.80:5000/", "https://mirror.example.org:443/v2/all"] },
      "docker.io": { endpoints: ["https://mirror.example.org"] },
    });
    expect(Object.keys(files)).toEqual(["/etc/rancher/k3s/registries.yaml"]);
    expect(parse(files["/etc/rancher/k3s/registries.yaml"]?.contents as string)).toEqual({
      mirrors: {
        "docker.io": { endpoint: ["https://mirror.example.org"] },
        // k3s looks for what it knows of an endpoint by its host as it is written: no port that goes without saying
        "registry.example.org:5000": { endpoint: ["http://192.0.2.80:5000", "https://mirror.example.org/v2/all"] },
      },
    });
  });

  it("that only have a user are not written, and a user changes nothing: who logs in is no matter of hosts", () => {
    const mirror = { endpoints: ["https://mirror.example.org"] };
    expect(registries({ "registry.example.org:5000": { user: "robot" } })).toEqual({});
    const users = { "docker.io": { ...mirror, user: "anna" }, "registry.example.org:5000": { user: "robot" } };
    expect(registries(users)).toEqual(registries({ "docker.io": mirror }));
  });

  it("have their authority in a file of its own for each host of an endpoint that is asked over https", () => {
    const files = filesOf({
      "*": { endpoints: ["https://mirror.example.org:5443/all"], ca: `\n${authority}\n\n` },
      "docker.io": { endpoints: ["https://mirror.example.org:5443/docker", "http://192.0.2.80"], ca: authority },
    });
    const path = "/etc/rancher/k3s/registries/mirror.example.org_5443.crt";
    expect(parse(files["/etc/rancher/k3s/registries.yaml"]?.contents as string).configs).toEqual({
      "mirror.example.org:5443": { tls: { ca_file: path } },
    });
    expect(files[path]).toEqual({ mode: 0o644, contents: authority });
  });

  it("are the same bytes in whatever order they were written", () => {
    const [a, b] = [{ endpoints: ["https://a.example.org"], ca: authority }, { endpoints: ["https://b.example.org"] }];
    expect(registries({ "a.org": a, "b.org": b })).toEqual(registries({ "b.org": b, "a.org": a }));
    expect(filesOf({ "a.org": a, "b.org": b })).toEqual(filesOf({ "b.org": b, "a.org": a }));
  });
});
