import { type Generations, passwordOf } from "../../stacks/passwords.ts";

/** What clients sign with: the one in use, and the one before it unless that is revoked. */
export function loadBalancerSecrets(
  seed: string,
  { generation, revoked }: Generations,
): readonly [string, ...string[]] {
  const of = (one: number) => passwordOf(seed, "loadBalancer", one);
  return [of(generation), ...(hasPrevious({ generation, revoked }) ? [of(generation - 1)] : [])];
}

/** Whether the one before is still taken. */
export function hasPrevious({ generation, revoked }: Generations): boolean {
  return generation > 0 && generation - 1 > revoked;
}
