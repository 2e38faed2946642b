import type { HostFacts } from "../../stacks/facts.ts";
import type { Answer } from "./answer.ts";
import type { Image } from "./image.ts";
import { listed, type Row } from "./row.ts";

/** A size of servers, as nova lists it. */
export interface Flavor {
  readonly name: string;
  readonly vcpus: number;
  /** MiB. */
  readonly ram: number;
  /** GiB. */
  readonly disk: number;
}

/** A row for each flavor that the document names: whether it is there, and the image fits on it. */
export function flavorRows(
  hosts: readonly HostFacts[],
  flavors: Answer<readonly Flavor[]>,
  images: Answer<readonly Image[]>,
): Row[] {
  const names = [...new Set(hosts.map(({ flavor }) => flavor))].sort();
  return names.map((name): Row => {
    const users = hosts.filter(({ flavor }) => flavor === name);
    const row = { what: `flavor ${name}`, needed: users.length };
    if ("unknown" in flavors) return { ...row, verdict: "unknown", detail: flavors.unknown };
    const flavor = flavors.value.find((one) => one.name === name);
    const where = `${[...new Set(users.map(({ role }) => `roles.${role}.flavor`))].join(" and ")}`;
    if (!flavor) {
      const there = listed(flavors.value.map((one) => one.name));
      return {
        ...row,
        verdict: "missing",
        cure: `there is no such flavor for this project: write another in ${where} (there: ${there})`,
      };
    }
    return { ...row, ...fit(flavor, "value" in images ? images.value : [], where) };
  });
}

/** A new server is refused when its flavor is smaller than the image asks. */
function fit(
  { vcpus, ram, disk }: Flavor,
  images: readonly Image[],
  where: string,
): Pick<Row, "verdict" | "detail" | "cure"> {
  const detail = `${vcpus} cores, ${ram} MiB memory, ${disk} GiB disk`;
  const active = images.filter(({ status }) => status === "active");
  const memory = Math.max(0, ...active.map(({ min_ram = 0 }) => min_ram));
  const space = Math.max(0, ...active.map(({ min_disk = 0 }) => min_disk));
  if (ram < memory || (disk > 0 && disk < space))
    return {
      ...{ verdict: "missing", detail },
      cure: `the image needs ${memory} MiB memory and ${space} GiB disk: write a larger flavor in ${where}`,
    };
  // nova's default policy lets only administrators boot an image on it
  if (disk === 0)
    return { verdict: "unknown", detail: `${detail}: many clouds refuse to boot an image without a disk` };
  return { verdict: "ok", detail };
}
