/** Says what is wrong with something when that begins, or becomes another; not again every few seconds. Nothing is wrong: an empty text. */
export function troubleOf(what: string, say: (line: string) => void): (trouble: string) => void {
  let last = "";
  return (trouble) => {
    if (trouble && trouble !== last) say(`${what}: ${trouble}`);
    last = trouble;
  };
}
