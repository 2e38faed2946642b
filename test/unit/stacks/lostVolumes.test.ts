import { expect, it } from "vitest";
import { recordedOf } from "../../../components/recorded.ts";
import { deriveFacts } from "../../../stacks/facts.ts";
import { keptVolumes } from "../../../stacks/lostVolumes.ts";
import { estate } from "./fixtures.ts";

const urn = (component: string, name: string) =>
  `urn:pulumi:test::estate::${component}$openstack:blockstorage/volume:Volume::${name}`;

it("knows volumes of hosts from those of others", () => {
  const recorded = recordedOf({
    [urn("estate:storage:HostVolumes", "worker-09-data")]: { outputs: { size: 7 } },
    [urn("estate:apps:Archive", "archive")]: { outputs: { size: 9 } },
  });
  expect(recorded.names("openstack:blockstorage/volume:Volume", "estate:storage:HostVolumes")).toEqual([
    "worker-09-data",
  ]);
  const facts = deriveFacts(
    estate((document) => {
      document.removal = { volumes: { "worker-09-data": "keep" } };
    }),
  );
  expect(keptVolumes(facts, recorded)).toEqual([{ name: "worker-09-data", sizeGiB: 7 }]);
});

it("keeps nothing where nobody knows what there is: that is an error where something is to be kept", () => {
  const facts = (removal: object) =>
    deriveFacts(
      estate((document) => {
        document.removal = removal;
      }),
    );
  expect(keptVolumes(facts({}), undefined)).toEqual([]);
  expect(keptVolumes(facts({ volumes: { "a-1-data": "delete" } }), undefined)).toEqual([]);
  expect(() => keptVolumes(facts({ volumes: { "a-1-data": "keep" } }), undefined)).toThrow(
    "removal.volumes cannot keep a-1-data",
  );
});
