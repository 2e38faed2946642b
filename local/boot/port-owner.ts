import { execa } from "execa";

/** Who listens on a TCP port of this network namespace, such as `haproxy (process 12)`; nothing where that cannot be seen. */
export async function portOwner(port: number): Promise<string | undefined> {
  const { stdout } = await execa("ss", ["-Hltnp", `sport = :${port}`], { reject: false });
  return ownerIn(stdout ?? "");
}

/** The first owner that `ss -p` names. */
export function ownerIn(listing: string): string | undefined {
  const [, name, pid] = /users:\(\("([^"]*)",pid=(\d+)/.exec(listing) ?? [];
  return name === undefined ? undefined : `${name} (process ${pid})`;
}
