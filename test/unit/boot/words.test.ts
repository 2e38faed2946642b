import { expect, test } from "vitest";
import { expand, parseCommand, specifiersOf, splitWords } from "../../../local/boot/units/words.ts";

const host = { hostname: "bbb-1.estate.test", machineId: "abc", bootId: "1-2" };
const specifiers = specifiersOf("web@blue.service", host);

test.each([
  ["a  b\tc", ["a", "b", "c"]],
  [`"two words" 'and three more'`, ["two words", "and three more"]],
  [`--x="a b"c`, ["--x=a bc"]],
  [`"" x`, ["", "x"]],
  [String.raw`a\x20b \x41 \n`, ["a b", "A", "\n"]],
  [String.raw`"say \"hi\""`, ['say "hi"']],
  [String.raw`keep\qthis`, [String.raw`keep\qthis`]],
])("%s is split as systemd does", (text, words) => {
  expect(splitWords(text, "x")).toEqual(words);
});

test("a quote that does not end is refused", () => {
  expect(() => splitWords(`a "b`, "x.service")).toThrow("x.service: a quote");
});

test.each([
  ["%n %N %p %i", "web@blue.service web@blue web blue"],
  ["%H %l", "bbb-1.estate.test bbb-1"],
  ["100%%", "100%"],
  ["%t/x %S/y %m", "/run/x /var/lib/y abc"],
])("%s becomes %s", (text, expected) => {
  expect(expand(text, specifiers)).toBe(expected);
});

test("a specifier that is not played is refused by name", () => {
  expect(() => expand("a%Z", specifiers)).toThrow("web@blue.service: the specifier %Z");
});

test("prefixes of commands", () => {
  expect(parseCommand("-/bin/a x", specifiers)).toEqual({
    mayFail: true,
    asRoot: false,
    literal: false,
    words: ["/bin/a", "x"],
  });
  expect(parseCommand("+:/bin/a $X", specifiers)).toMatchObject({
    asRoot: true,
    literal: true,
    words: ["/bin/a", "$X"],
  });
  expect(() => parseCommand("@/bin/a b", specifiers)).toThrow("'@'");
  expect(() => parseCommand("/bin/a ; /bin/b", specifiers)).toThrow("several commands");
});
