/** Finds the pods of an application, for whatever leads to them or speaks of them. */
export function selectorOf(application: string) {
  return { "app.kubernetes.io/name": application };
}
