import { duration } from "../gate/wait.ts";

/** `3 s`, `15 min`, `2 h 5 min`. */
export function minutes(value: number): string {
  if (value < 60) return duration(value * 60_000);
  const whole = Math.round(value);
  const [hours, rest] = [Math.floor(whole / 60), whole % 60];
  return rest === 0 ? `${hours} h` : `${hours} h ${rest} min`;
}
