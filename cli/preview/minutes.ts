import { duration } from "../gate/wait.ts";

/** `3 s`, `4 min 3 s`; from ten minutes on whole ones, not fewer than there are: `49 min`, `2 h 5 min`. */
export function minutes(value: number): string {
  if (value < 10) return duration(value * 60_000);
  // what a sum of fractions has too much is no minute
  const whole = Math.ceil(value - 1e-6);
  const [hours, rest] = [Math.floor(whole / 60), whole % 60];
  if (hours === 0) return `${rest} min`;
  return rest === 0 ? `${hours} h` : `${hours} h ${rest} min`;
}
