/**
 * The address of the next page of a collection, as the services name it: `<key>_links` (nova, neutron, cinder, octavia),
 * `links.next` (keystone, designate) or `next` (glance, barbican, relative to the service).
 */
export function nextPage(body: Readonly<Record<string, unknown>>, key: string): string | undefined {
  const listed = body[`${key}_links`];
  if (Array.isArray(listed)) {
    const link = (listed as { rel?: string; href?: string }[]).find(({ rel }) => rel === "next");
    return link?.href;
  }
  const links = body.links as { next?: string | null } | undefined;
  const next = links?.next ?? body.next;
  return typeof next === "string" ? next : undefined;
}
