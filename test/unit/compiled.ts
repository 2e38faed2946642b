/** For commands that a test starts with an environment of its own: what Node has compiled before (`local/compile-cache.ts`). */
export const compiled: Readonly<Record<string, string>> = process.env.NODE_COMPILE_CACHE
  ? { NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE }
  : {};
