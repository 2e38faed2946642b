import { urnParts } from "../../stacks/urn.ts";
import { holdsData } from "../preview/losses.ts";

/** The part of `pulumi stack export` that tells what goes with a stack. */
export interface Kept {
  readonly deployment?: {
    readonly resources?: readonly {
      readonly urn: string;
      readonly type: string;
      readonly protect?: boolean;
      /** Replaced already, and left behind. */
      readonly delete?: boolean;
      readonly outputs?: Readonly<Record<string, unknown>>;
    }[];
  };
}

/** What goes with a stack that nothing brings back. */
export interface Losses {
  /** What holds data, in words: `Volume bbb-01-recordings, 100 GiB`. Sorted. */
  readonly data: readonly string[];
  /** Logical names of what is protected. Sorted. */
  readonly protected: readonly string[];
}

export function lossesOf({ deployment: { resources = [] } = {} }: Kept): Losses {
  const data = resources.filter(({ type }) => holdsData({ type, kind: "delete" }));
  return {
    data: data.map(({ urn, type, outputs }) => describe(urn, type, outputs)).sort(),
    protected: resources
      .filter(({ protect, delete: replaced }) => protect && !replaced)
      .map(({ urn }) => urnParts(urn).name)
      .sort(),
  };
}

function describe(urn: string, type: string, { size }: Readonly<Record<string, unknown>> = {}): string {
  const kind = type.split(":").at(-1);
  return `${kind} ${urnParts(urn).name}${typeof size === "number" ? `, ${size} GiB` : ""}`;
}
