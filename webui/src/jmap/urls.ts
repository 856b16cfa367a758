/** Fills the variables of a session's URL template (RFC 6570 level 1, as RFC 8620 asks). */
export function expandTemplate(template: string, values: Record<string, string>): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ""));
}

/**
 * The path of an URL of the session object. The page talks to the server that it came from and to no other
 * (its policy says so), whatever host name that server believes to have.
 */
export function sameOriginPath(url: string): string {
  const parsed = new URL(url, "http://localhost/");
  return parsed.pathname + parsed.search;
}
