import { atLeast, goWillDo, oldest, versionIn } from "../../local/oldest.ts";

/** What the doctor found of one thing that `up` needs. */
export interface Finding {
  readonly what: string;
  readonly state: "ok" | "missing" | "note";
  readonly detail: string;
}

/** @param version as `process.version` says it */
export function judgeNode(version: string, path: string): Finding {
  const will = atLeast(versionIn(version) ?? "0", oldest.node);
  const detail = will ? `${version} at ${path}` : `${version} at ${path} is too old; install ${oldest.node} or newer`;
  return { what: "Node.js", state: will ? "ok" : "missing", detail };
}

/** @param version, toolchain as `go env` says them; empty where there is no Go */
export function judgeGo(version: string, toolchain: string): Finding {
  const what = "Go";
  const cure = `the engine, Kubernetes and Ignition are built with it; install Go ${oldest.go} or newer`;
  if (!version) return { what, state: "missing", detail: cure };
  if (!goWillDo(version, toolchain)) return { what, state: "missing", detail: `${version} is too old: ${cure}` };
  const fetches = !atLeast(versionIn(version) ?? "0", oldest.go);
  return { what, state: "ok", detail: fetches ? `${version}, which fetches ${oldest.go} by itself` : version };
}

/** @param versions of those that have venv, in the order in which they are tried; nothing for one that has not */
export function judgePython(versions: readonly (string | undefined)[]): Finding {
  const what = "Python";
  const cure = `OpenStack runs on it; install Python ${oldest.python} or newer with venv`;
  const found = versions.filter((version) => version !== undefined);
  const first = found.find((version) => atLeast(versionIn(version) ?? "0", oldest.python));
  if (first) return { what, state: "ok", detail: first };
  return { what, state: "missing", detail: found.length > 0 ? `${found.join(", ")} is too old: ${cure}` : cure };
}
