const seconds: Readonly<Record<string, number>> = {
  us: 1e-6,
  ms: 1e-3,
  s: 1,
  sec: 1,
  second: 1,
  seconds: 1,
  m: 60,
  min: 60,
  minute: 60,
  minutes: 60,
  h: 3600,
  hr: 3600,
  hour: 3600,
  hours: 3600,
  d: 86_400,
  day: 86_400,
  days: 86_400,
};

/** A time span as systemd writes it (`5`, `500ms`, `1min 30s`, `infinity`), in seconds; nothing if it is not one. */
export function parseSpan(text: string): number | undefined {
  if (text === "infinity") return Number.POSITIVE_INFINITY;
  const parts = text.trim().match(/\d+(?:\.\d+)?\s*[a-z]*/g) ?? [];
  if (parts.join("").replaceAll(/\s/g, "") !== text.replaceAll(/\s/g, "") || parts.length === 0) return undefined;
  let total = 0;
  for (const part of parts) {
    const [, number = "0", unit = ""] = /^([\d.]+)\s*([a-z]*)$/.exec(part) ?? [];
    const factor = seconds[unit || "s"];
    if (factor === undefined) return undefined;
    total += Number(number) * factor;
  }
  return total;
}
