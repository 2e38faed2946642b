import { commentLimit } from "../preview/render.ts";

/** Stands where lines were left out. */
const cutLine = "- and more, which 'estate preview' shows: this comment is cut at 64,000 characters";

/** What a comment begins with, unseen by readers: by it the comment of this stack is found again. */
export function markOf(stack: string): string {
  return `<!-- estate-preview stack=${encodeURIComponent(stack).replaceAll("-", "%2D")} -->`;
}

/** The most characters of a text that is a comment of this stack without being cut. */
export function textLimit(stack: string): number {
  return commentLimit - markOf(stack).length - 2;
}

/** A comment: the mark, then the text, of which whole lines are left out from the end on where it is too long. */
export function bodyOf(stack: string, text: string, limit = commentLimit): string {
  const mark = markOf(stack);
  const whole = `${mark}\n${text.trimEnd()}\n`;
  if (whole.length <= limit) return whole;
  const lines: string[] = [];
  let left = limit - mark.length - cutLine.length - 3;
  for (const line of text.trimEnd().split("\n")) {
    left -= line.length + 1;
    if (left < 0) break;
    lines.push(line);
  }
  return `${[mark, ...lines, "", cutLine].join("\n")}\n`;
}

/** Whether a comment says this already. Forges change the ends of lines, and take away those at the end. */
export function saysTheSame(one: string, other: string): boolean {
  const plain = (text: string) => text.replaceAll("\r\n", "\n").trimEnd();
  return plain(one) === plain(other);
}
