import type { RegistryUser } from "../../stacks/registries.ts";
import { isEncrypted, type StackFile } from "../stack-file.ts";
import type { Row } from "./row.ts";

/** The file that the passwords of registries are to be in. */
interface Where {
  readonly stack: string;
  readonly config: StackFile["config"];
}

/** Whether the password of each registry's user is in the stack file, and encrypted. None is read. */
export function passwordRows(users: readonly RegistryUser[], { stack, config = {} }: Where): Row[] {
  return users.map(({ registry, user, key }) => {
    const what = `password of ${registry}`;
    const stored = config[`estate:${key}`];
    if (isEncrypted(stored)) return { what, verdict: "ok", detail: user };
    const is = stored === undefined ? "is not stored" : "is stored in clear: choose another at the registry";
    const cure = `${is}; 'pulumi config set --stack ${stack} --secret estate:${key}' asks for it and encrypts it`;
    return { what, verdict: "missing", detail: user, cure };
  });
}
