/** Each component says of each of its arguments what it is, and what changing it does: there must be something to read. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";
import { project } from "../../../local/place.ts";

const folders = ["components", "apps"];
const sources = folders.flatMap((folder) =>
  readdirSync(join(project, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(project, folder, name)),
);

/** The project's own files, without those of packages: what an argument inherits is ours, and Pulumi's types are many. */
function ownProgram(): ts.Program {
  const options: ts.CompilerOptions = {
    ...{
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      target: ts.ScriptTarget.ESNext,
    },
    ...{ allowImportingTsExtensions: true, noEmit: true, types: [] },
  };
  const host = ts.createCompilerHost(options);
  host.resolveModuleNameLiterals = (literals, from) =>
    literals.map(({ text }) => {
      const resolvedFileName = join(from, "..", text);
      const own = text.startsWith(".") && text.endsWith(".ts");
      return { resolvedModule: own ? { resolvedFileName, extension: ts.Extension.Ts } : undefined };
    });
  return ts.createProgram(sources, options, host);
}

/** Every property of every exported interface `*Args`, inherited ones too, and whether something is said of it. */
function argumentsOf(program: ts.Program): { readonly name: string; readonly said: boolean }[] {
  const checker = program.getTypeChecker();
  const found = program.getSourceFiles().filter(({ fileName }) => sources.includes(fileName));
  return found.flatMap((file) =>
    file.statements
      .filter(ts.isInterfaceDeclaration)
      .filter(({ name, modifiers }) => {
        const exported = modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false;
        return exported && name.text.endsWith("Args");
      })
      .flatMap((one) =>
        checker.getPropertiesOfType(checker.getTypeAtLocation(one)).map((property) => ({
          name: `${file.fileName.slice(project.length + 1)}: ${one.name.text}.${property.name}`,
          said: ts.displayPartsToString(property.getDocumentationComment(checker)).trim() !== "",
        })),
      ),
  );
}

test("every argument of a component has a doc comment", () => {
  const all = argumentsOf(ownProgram());
  // declared, picked from another interface, inherited through one that leaves out some
  expect(all.map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      "components/host.ts: HostArgs.userData",
      "apps/scalelite/component.ts: ScaleliteArgs.polling",
      "apps/greenlight/component.ts: GreenlightArgs.smtp",
    ]),
  );
  expect(all.filter(({ said }) => !said).map(({ name }) => name)).toEqual([]);
}, 120_000);
