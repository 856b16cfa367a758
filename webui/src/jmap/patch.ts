export type Patch = Record<string, unknown>;

/** A copy of `object` with a JMAP patch (RFC 8620 section 5.3) applied: paths set values, null takes them away. */
export function applyPatch<T extends object>(object: T, patch: Patch): T {
  const copy: Record<string, unknown> = { ...(object as Record<string, unknown>) };
  for (const [path, value] of Object.entries(patch)) {
    const names = path.split("/").map((name) => name.replace(/~1/g, "/").replace(/~0/g, "~"));
    const last = names.pop() as string;
    let target = copy;
    for (const name of names) {
      const next = { ...((target[name] ?? {}) as Record<string, unknown>) };
      target[name] = next;
      target = next;
    }
    if (value === null) delete target[last];
    else target[last] = value;
  }
  return copy as T;
}

/** The patch that takes `patch` back from an object that looked like `before`. */
export function invertPatch(before: object, patch: Patch): Patch {
  const inverse: Patch = {};
  for (const path of Object.keys(patch)) {
    const names = path.split("/").map((name) => name.replace(/~1/g, "/").replace(/~0/g, "~"));
    let value: unknown = before;
    for (const name of names) value = (value as Record<string, unknown> | null | undefined)?.[name];
    inverse[path] = value ?? null;
  }
  return inverse;
}

/** A name as it stands in a patch's path. */
export function pathName(name: string): string {
  return name.replace(/~/g, "~0").replace(/\//g, "~1");
}
