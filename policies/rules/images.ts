import { containersIn, unpinnedImages } from "../judgements.ts";
import { resourceRule } from "../rule.ts";

/** An image that is a tag is another image tomorrow. */
export const imagesByDigest = resourceRule({
  name: "images-by-digest",
  description: "Container images are pinned by digest.",
  allows: "images, as the pod names them",
  find: ({ type, props }) =>
    (type.startsWith("kubernetes:") ? unpinnedImages(props) : []).map((image) => ({
      ...{ what: image, message: `the image ${image} has no digest: write it as name:tag@sha256:...` },
    })),
});

/** A digest with `latest` before it does not say which release it is. */
export const noLatest = resourceRule({
  name: "no-latest",
  description: "Container images name their release, and not latest.",
  allows: "images, as the pod names them",
  find: ({ type, props }) =>
    (type.startsWith("kubernetes:") ? containersIn(props) : [])
      .map(({ image = "" }) => image)
      .filter(isLatest)
      .map((image) => ({
        what: image,
        message: `the image ${image} is the latest of its day: write the tag of a release before the digest`,
      })),
});

/** Without a tag and without a digest it is `latest`, too. */
function isLatest(image: string): boolean {
  const [name = "", digest] = image.split("@");
  const tag = /:([^/:]+)$/.exec(name)?.[1];
  return tag === "latest" || (image !== "" && tag === undefined && digest === undefined);
}

/** A name is given to another image tomorrow, and then a host that is replaced is another one than its neighbours. */
export const hostsByImageId = resourceRule({
  name: "hosts-by-image-id",
  description: "Servers are made from an image's id.",
  allows: "names of servers",
  find: ({ type, name, props }) => {
    if (type !== "openstack:compute/instance:Instance" || !props.imageName) return [];
    return [
      { what: name, message: `the server ${name} is made from whatever has the name of its image: give imageId` },
    ];
  },
});
