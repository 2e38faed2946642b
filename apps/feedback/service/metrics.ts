/** What the service counts, in the text format of Prometheus. */
export class Metrics {
  readonly #families: Readonly<Record<string, string>>;
  readonly #counts = new Map<string, number>();

  /** @param families the help of each counter, by its name */
  constructor(families: Readonly<Record<string, string>>) {
    this.#families = families;
  }

  count(family: string, labels: Readonly<Record<string, string>> = {}): void {
    if (!(family in this.#families)) throw new Error(`no counter ${family}`);
    const listed = Object.entries(labels).map(([name, value]) => `${name}="${value.replace(/["\\\n]/g, "_")}"`);
    const series = listed.length > 0 ? `${family}{${listed.join(",")}}` : family;
    this.#counts.set(series, (this.#counts.get(series) ?? 0) + 1);
  }

  render(): string {
    const lines = Object.entries(this.#families).flatMap(([family, help]) => {
      const series = [...this.#counts].filter(([name]) => name === family || name.startsWith(`${family}{`));
      return [
        `# HELP ${family} ${help}`,
        `# TYPE ${family} counter`,
        ...series.map(([name, value]) => `${name} ${value}`),
      ];
    });
    return `${lines.join("\n")}\n`;
  }
}

export function feedbackMetrics(): Metrics {
  return new Metrics({
    feedback_pages_total: "Forms that were shown.",
    feedback_answers_total: "Answers that were kept, by rating and language.",
    feedback_refused_total: "Requests that were refused, by reason.",
    feedback_failures_total: "Requests that failed here: answers that could not be kept.",
  });
}
