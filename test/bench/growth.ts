import type { Command, EstateMeasured } from "./estates.ts";

/** What a host of an estate takes, in times of what one of the smallest estate takes. */
export interface Growth {
  readonly hosts: number;
  readonly than: number;
  readonly command: Command;
  readonly seconds: number | undefined;
  readonly engine: number | undefined;
  readonly plugins: number | undefined;
  /** The program, the gates and the command. */
  readonly own: number | undefined;
  readonly cloud: number | undefined;
}

/** Seconds below which a ratio is noise. */
const least = 1;

/** Of each command that was measured of a larger estate than the smallest. */
export function growth(estates: readonly EstateMeasured[]): Growth[] {
  const than = Math.min(...estates.map(({ hosts }) => hosts));
  return estates
    .filter(({ hosts }) => hosts > than)
    .flatMap((large) => {
      const small = estates.find(({ hosts, command }) => hosts === than && command === large.command);
      if (!small) return [];
      const ratio = (of: (one: EstateMeasured) => number) =>
        of(small) < least ? undefined : Math.round(((of(large) / large.hosts) * than * 100) / of(small)) / 100;
      return {
        ...{ hosts: large.hosts, than, command: large.command },
        seconds: ratio(({ seconds }) => seconds),
        engine: ratio(({ cpuSeconds }) => cpuSeconds.engine),
        plugins: ratio(({ cpuSeconds }) => cpuSeconds.plugins),
        own: ratio(({ cpuSeconds: { program, gates, command } }) => program + gates + command),
        cloud: ratio(({ cloudSeconds }) => cloudSeconds),
      };
    });
}
