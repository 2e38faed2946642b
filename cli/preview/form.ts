import { table } from "../table.ts";

/** How a plan is written: as Markdown, or for a terminal. What comes from outside goes through `code` or `table`. */
export interface Form {
  readonly title: (text: string) => string;
  readonly section: (text: string) => string;
  readonly strong: (text: string) => string;
  /** A name, a path or a message as it is: nothing in it means anything to whoever draws it. */
  readonly code: (text: string) => string;
  readonly bullet: (text: string) => string;
  /** Lines of the head, and a line a row. Cells are plain. */
  readonly table: (head: readonly string[], rows: readonly (readonly string[])[]) => Table;
}

export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly string[];
}

/** Characters of a name or a message that are shown. */
const longest = 400;

/** One line without control characters and without ends of lines that hide, not longer than is useful. */
function plain(text: string): string {
  const line = text.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\s]+/gu, " ").trim();
  const characters = [...line];
  return characters.length > longest ? `${characters.slice(0, longest).join("")}...` : line;
}

/** As GitHub and GitLab draw it. A code span takes no markup, no mention and no HTML. */
export const markdown: Form = {
  title: (text) => `## ${text}`,
  section: (text) => `### ${text}`,
  strong: (text) => `**${text}**`,
  code: span,
  bullet: (text) => `- ${text}`,
  table: (head, rows) => ({
    head: [row(head), row(head.map(() => "---"))],
    rows: rows.map((cells) => row(cells.map((cell) => (cell === "" ? "" : span(cell).replaceAll("|", "\\|"))))),
  }),
};

function span(text: string): string {
  return `\`${plain(text).replaceAll("`", "'") || " "}\``;
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

export const terminal: Form = {
  title: (text) => text,
  section: (text) => `${text}:`,
  strong: (text) => text,
  code: plain,
  bullet: (text) => `  ${text}`,
  table: (head, rows) => {
    const [first = "", ...lines] = table(
      head.map((cell) => cell.toUpperCase()),
      rows.map((cells) => cells.map(plain)),
    ).split("\n");
    return { head: [`  ${first}`], rows: lines.map((line) => `  ${line}`) };
  },
};
