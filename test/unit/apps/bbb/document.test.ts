/** What a document may say of BigBlueButton. */
import { expect, it } from "vitest";
import { versions } from "../../../../stacks/versions.ts";
import { estate } from "../../stacks/fixtures.ts";
import { bbbImages, withBbb, withStore } from "../documents.ts";

// biome-ignore lint/suspicious/noExplicitAny: a test changes whatever it likes
type Any = any;

const written =
  (settings: object, other: (document: Any) => void = () => undefined) =>
  () =>
    estate((document) => {
      withBbb(document, settings);
      other(document);
    });

it("needs little more than where things are", () => {
  expect(written({})).not.toThrow();
});

it("whose digests nobody knows is refused, with each image to ask for", () => {
  const { nginx: _, freeswitch: __, haproxy: ___, ...others } = bbbImages;
  expect(written({ images: others })).toThrow(
    `apps.bbb.images.nginx: the digest of ${versions.bbb.images.nginx} is not known to the project: write ${versions.bbb.images.nginx}@sha256:...`,
  );
  expect(written({ images: others })).toThrow("apps.bbb.images.freeswitch:");
  expect(written({ images: others })).not.toThrow("apps.bbb.images.haproxy:");
});

it("is signed to as all callers can: sha256 for Scalelite, sha1 for the exporter", () => {
  expect(written({ checksums: ["sha1", "sha512"] })).toThrow("apps.bbb.checksums: must have sha256");
  expect(written({ checksums: ["sha256"] })).toThrow(
    "apps.bbb.checksums: must have sha1, which the exporter signs with",
  );
  expect(written({ checksums: ["sha256"], exporter: false })).not.toThrow();
});

it("has hosts that people reach, each by itself", () => {
  const hidden = written({}, (document) => (document.roles.bbb.publicAddress = false));
  expect(hidden).toThrow("apps.bbb: people reach each host of roles.bbb itself: write publicAddress: true there");
});

it("runs where there is Docker", () => {
  const other = written({}, (document) => {
    document.image = { system: "fedora-coreos", name: "fedora-coreos" };
  });
  expect(other).toThrow("apps.bbb: needs Docker on the hosts");
});

it("has addresses for its containers that nobody else has", () => {
  const overlapping = written({}, (document) => (document.orchestrator.serviceCidr = "10.7.0.0/16"));
  expect(overlapping).toThrow("its containers have 10.7.7.0/24 on their hosts, which orchestrator.serviceCidr");
});

it("can be downloaded", () => {
  const closed = written({}, (document) => delete document.network.downloads.web);
  expect(closed).toThrow("apps.bbb.project.url: no entry of network.downloads lets hosts reach port 443");
});

it("says nothing that templates of upstream would run", () => {
  expect(written({ welcome: "{{ .Env.SHARED_SECRET }}" })).toThrow("apps.bbb.welcome: leave out {{");
});

it("records only where recordings are kept, and asks for the images of that only then", () => {
  const { recordings: _, "bbb-webrtc-recorder": __, ...others } = bbbImages;
  expect(written({ images: others })).not.toThrow();
  const recorded = (settings: object, other: (document: Any) => void = () => undefined) =>
    written({ recording: true, ...settings }, (document) => {
      withStore(document);
      document.apps.scalelite.recordings = {};
      other(document);
    });
  expect(recorded({})).not.toThrow();
  expect(recorded({ images: others })).toThrow("apps.bbb.images.recordings: the digest of");
  expect(recorded({}, (document) => delete document.apps.scalelite.recordings)).toThrow(
    "apps.bbb.recording: nobody would import them: write apps.scalelite.recordings: {} too",
  );
  expect(recorded({}, (document) => (document.apps.recordings.enabled = false))).toThrow(
    "apps.bbb.recording: recordings would be lost with their host: write apps.recordings too",
  );
});

it("needs those that it is nothing without", () => {
  for (const needed of ["coturn", "registrator"])
    expect(written({}, (document) => (document.apps[needed].enabled = false))).toThrow(`apps.bbb: needs ${needed}`);
});
