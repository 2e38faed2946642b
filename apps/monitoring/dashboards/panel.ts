/** A query and what its lines are called: `{{label}}` stands for a label's value. */
export type Query = readonly [expr: string, legend: string];

export interface Panel {
  readonly title: string;
  /** Grafana's name of it, such as `s`, `bytes`, `percentunit`. @default short: a plain number */
  readonly unit?: string;
  /** Curves over time, or the value now. @default curves */
  readonly as?: "timeseries" | "stat";
  readonly queries: readonly Query[];
}

/** A choice at the top: all values of a label. */
export interface Choice {
  readonly name: string;
  readonly label: string;
  /** The metric whose values of the label there are, with its selector. */
  readonly of: string;
}

export interface Dashboard {
  /** Of its file and of its address, which links may name: it stays. */
  readonly id: string;
  readonly title: string;
  readonly choices?: readonly Choice[];
  readonly panels: readonly Panel[];
}

/** The name by which dashboards know where their numbers come from. */
export const source = { type: "prometheus", uid: "prometheus" } as const;

/** Of Grafana's grid of 24 columns. */
const size = { w: 12, h: 8 } as const;

/** A dashboard in Grafana's form: two panels a row, in their order. */
export function dashboardJson({ id, title, choices = [], panels }: Dashboard) {
  return {
    ...{ uid: `estate-${id}`, title, tags: ["estate"], timezone: "browser", schemaVersion: 39, editable: false },
    ...{ time: { from: "now-6h", to: "now" }, refresh: "1m" },
    templating: { list: choices.map(choiceJson) },
    panels: panels.map(panelJson),
  };
}

function choiceJson({ name, label, of }: Choice) {
  return {
    ...{ name, label: name, type: "query", datasource: source, query: `label_values(${of}, ${label})` },
    ...{ definition: `label_values(${of}, ${label})`, refresh: 2, sort: 1 },
    ...{ multi: true, includeAll: true, current: { text: "All", value: "$__all" } },
  };
}

function panelJson({ title, unit = "short", as = "timeseries", queries }: Panel, index: number) {
  return {
    ...{ id: index + 1, title, type: as, datasource: source },
    gridPos: { ...size, x: (index % 2) * size.w, y: Math.floor(index / 2) * size.h },
    fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
    targets: queries.map(([expr, legendFormat], at) => ({
      ...{ refId: String.fromCharCode(65 + at), datasource: source, expr, legendFormat, instant: as === "stat" },
    })),
  };
}
