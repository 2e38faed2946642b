/** A rule of Prometheus that tells people. */
export interface Alert {
  readonly alert: string;
  readonly expr: string;
  /** How long it must hold. */
  readonly for?: string;
  /** `critical` wakes someone, `warning` is for today, `info` for this week. */
  readonly labels: { readonly severity: "critical" | "warning" | "info" };
  readonly annotations: {
    /** What is wrong, and where. */
    readonly summary: string;
    /** What to do about it. */
    readonly cure: string;
  };
}

/** Rules that are read together. */
export interface AlertGroup {
  readonly name: string;
  readonly rules: readonly Alert[];
}

interface Told {
  readonly severity: Alert["labels"]["severity"];
  readonly expr: string;
  readonly for?: string;
  readonly summary: string;
  readonly cure: string;
}

export function alert(name: string, { severity, expr, for: lasting, summary, cure }: Told): Alert {
  return {
    ...{ alert: name, expr, ...(lasting ? { for: lasting } : {}) },
    ...{ labels: { severity }, annotations: { summary, cure } },
  };
}
