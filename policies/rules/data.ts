import { type Judged, resourceRule, type Violation } from "../rule.ts";

/** What keeps data of its own. A claim that is bound to a volume of a host keeps none: its data is on that volume. */
const keepers =
  /^(openstack:(blockstorage\/volume:Volume|database\/instance:Instance|sharedfilesystem\/share:Share|objectstorage\/container:Container)|kubernetes:core\/v1:PersistentVolumeClaim)$/;

function holdsData({ type, props }: Pick<Judged, "type" | "props">): boolean {
  if (!keepers.test(type)) return false;
  return !(type.startsWith("kubernetes:") && (props.spec as { readonly volumeName?: string } | undefined)?.volumeName);
}

/** The engine then deletes it in no update, whatever the program says. */
export const dataProtected = resourceRule({
  name: "data-protected",
  description: "Data volumes and databases are protected.",
  // an estate of a test is thrown away; a production one says `mandatory`
  level: "advisory",
  allows: "names of volumes and databases",
  find: (resource): Violation[] => {
    const { name, opts } = resource;
    if (!holdsData(resource) || opts.protect) return [];
    return [
      { what: name, message: `${name} holds data, and is not protected: say removal.protect: true in the document` },
    ];
  },
});

/** Its data would be gone before there is anything to copy it to. */
export const dataNotDeletedFirst = resourceRule({
  name: "data-not-deleted-first",
  description: "What holds data is not deleted before it is replaced.",
  allows: "names of volumes and databases",
  find: (resource): Violation[] => {
    const { name, opts, type } = resource;
    // the provider of Kubernetes has claims with fixed names deleted first; deleted, they are kept until their pods are gone
    if (!holdsData(resource) || type.startsWith("kubernetes:") || !opts.deleteBeforeReplace) return [];
    return [
      {
        what: name,
        message: `${name} holds data, and would be deleted before it is replaced: say deleteBeforeReplace: false`,
      },
    ];
  },
});
