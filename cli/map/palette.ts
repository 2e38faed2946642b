import type { Health } from "./estate-map.ts";

/** Colours by what they are for. Text has a contrast of 4.5 at least on every ground, signs and lines of 3 (WCAG 2.2, AA). */
export interface Palette extends Readonly<Record<Health, string>> {
  /** Grounds, from the page to the card. */
  readonly paper: string;
  readonly band: string;
  readonly box: string;
  readonly card: string;
  readonly text: string;
  readonly muted: string;
  readonly line: string;
  readonly accent: string;
}

export const light: Palette = {
  ...{ paper: "#ffffff", band: "#eef2f6", box: "#ffffff", card: "#f6f8fa" },
  ...{ text: "#17202b", muted: "#475466", line: "#76849a", accent: "#0b57b4" },
  ...{ up: "#14702f", degraded: "#855700", draining: "#0b57b4", down: "#b91c28", unknown: "#515c6b" },
};

export const dark: Palette = {
  ...{ paper: "#0f141a", band: "#19212b", box: "#0f141a", card: "#1f2935" },
  ...{ text: "#e8edf3", muted: "#b0bccb", line: "#74859b", accent: "#7fb8ff" },
  ...{ up: "#56cf70", degraded: "#e0b03c", draining: "#7fb8ff", down: "#ff8f88", unknown: "#b6c1cd" },
};
