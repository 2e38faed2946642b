/** A host that does not come up. The message is one sentence, shown as its reason. */
export class BootFailure extends Error {
  override readonly name = "BootFailure";
}
