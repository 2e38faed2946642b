/** Finds the pods of an application, for whatever leads to them or speaks of them. */
export function selectorOf(application: string) {
  return { "app.kubernetes.io/name": application };
}

/** Finds the pods of one part of an application. */
export function selectorOfPart(application: string, part: string) {
  return { ...selectorOf(application), "app.kubernetes.io/component": part };
}
