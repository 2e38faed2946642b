/** A thousand documents, each broken in one way: what an operator is told of them. */
import { expect, it } from "vitest";
import { placeOf } from "../../../stacks/explain.ts";
import { breaks } from "./break/break.ts";
import { at, type Path } from "./break/places.ts";
import { generateDocument } from "./generate/document.ts";
import { randomOf } from "./generate/random.ts";
import { ofEach, samples } from "./generate/seeds.ts";
import { mistakesOf } from "./mistakes.ts";

const kinds = Object.entries(breaks);

/** Kinds take turns; a kind that finds nothing to break is given another document. */
const all = samples(1000, (seed) => {
  const [kind, change] = kinds[seed % kinds.length] ?? kinds[0] ?? expect.fail();
  for (let attempt = 0; attempt < 200; attempt++) {
    const random = randomOf(seed + 100_000 * attempt);
    const document: unknown = generateDocument(random);
    const places = change(document, random);
    if (places) return { kind, document, places, lines: mistakesOf(document) };
  }
  throw new Error(`no document can be broken so: ${kind}`);
});

it("each is refused, and the place that is wrong is named", () => {
  ofEach(all, ({ kind, lines, places }) => {
    const told = lines.map((line) => line.slice(0, line.indexOf(": ")));
    const wanted = places.map((path) => placeOf(path));
    expect(
      told.some((place) => wanted.includes(place)),
      `${kind}: ${wanted.join(" or ")} is in ${JSON.stringify(lines)}`,
    ).toBe(true);
  });
});

it("each line begins with a place of the document, or that of a key that is missing", () => {
  ofEach(all, ({ kind, document, lines }) => {
    for (const line of lines) {
      if (line.startsWith("(top level): ")) continue;
      const path = pathIn(line);
      expect(path, `${kind}: ${line}`).toBeDefined();
      const holder = at(document, path?.slice(0, -1) ?? []);
      expect(typeof holder === "object" && holder !== null, `${kind}: there is no place for ${line}`).toBe(true);
    }
  });
});

it("each line says what to do, in words of our own", () => {
  ofEach(all, ({ kind, lines }) => {
    for (const line of lines) {
      expect(line, kind).not.toMatch(/Invalid|expected|received|Unrecognized|Too (small|big)|undefined|\[object|NaN/);
      expect(line, kind).toMatch(/\b(write|choose|use|name|say|keep|add|have|leave it out|must be (true|1))\b/);
    }
  });
});

it("what is no document at all is refused too", () => {
  for (const document of ["text", null, [], 7, true])
    expect(mistakesOf(document)).toEqual([
      expect.stringMatching(/^\(top level\): write keys and values below it \(name,/),
    ]);
});

/** The path at the beginning of a line, as zod writes it: `roles.bbb.hosts["bbb-01"].site: ...`. */
function pathIn(line: string): Path | undefined {
  const [path = ""] = /^[\w$]*(?:\.[\w$]+|\[\d+\]|\["(?:[^"\\]|\\.)*"\])*(?=: )/.exec(line) ?? [];
  const keys = path.match(/[\w$]+|\[\d+\]|\["(?:[^"\\]|\\.)*"\]/g) ?? [];
  return keys.length === 0 ? undefined : keys.map((key) => (key.startsWith("[") ? JSON.parse(key)[0] : key));
}
