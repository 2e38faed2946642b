import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

/** One source file of the SDK: what it declares, and the JavaScript that goes with it. */
export interface Source {
  readonly declarations: ts.SourceFile;
  readonly code: string;
}

/** Every file of an SDK folder that declares a resource or a data source. */
export function sources(folder: string): Source[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter(
      (path) => /(^|\/)[a-z]\w*\.d\.ts$/.test(path) && !/(^|\/)(index|utilities)\.d\.ts$|^(types|config)\//.test(path),
    )
    .sort()
    .map((path) => source(folder, path));
}

/** One file of the SDK, by its path without the ending, such as `types/input`. */
export function source(folder: string, path: string): Source {
  const name = path.replace(/\.d\.ts$/, "");
  const text = readFileSync(join(folder, `${name}.d.ts`), "utf8");
  return {
    declarations: ts.createSourceFile(`${name}.d.ts`, text, ts.ScriptTarget.ES2023, true),
    code: readFileSync(join(folder, `${name}.js`), "utf8"),
  };
}

/** The interface of that name, if the file has one. */
export function interfaceNamed(file: ts.SourceFile, name: string): ts.InterfaceDeclaration | undefined {
  return file.statements.find(
    (one): one is ts.InterfaceDeclaration => ts.isInterfaceDeclaration(one) && one.name.text === name,
  );
}

/** The interface `namespace.name` of `types/input` or `types/output`. */
export function namespacedInterface(
  file: ts.SourceFile,
  namespace: string,
  name: string,
): ts.InterfaceDeclaration | undefined {
  for (const statement of file.statements) {
    if (!ts.isModuleDeclaration(statement) || statement.name.text !== namespace) continue;
    if (!statement.body || !ts.isModuleBlock(statement.body)) continue;
    for (const one of statement.body.statements)
      if (ts.isInterfaceDeclaration(one) && one.name.text === name) return one;
  }
  return undefined;
}
