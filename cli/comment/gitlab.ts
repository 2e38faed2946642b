import { z } from "zod";
import type { Api } from "./api.ts";
import type { Comment, Forge } from "./forge.ts";

const Note = z.object({
  id: z.number(),
  body: z.string(),
  system: z.boolean().optional(),
  author: z.object({ id: z.number() }),
});

/** A merge request on GitLab. @param project its number, or its path */
export function gitlab(api: Api, project: string, request: number): Forge {
  const notes = `/projects/${encodeURIComponent(project)}/merge_requests/${request}/notes`;
  const written = ({ body }: { readonly body: unknown }): Comment => ({ ...Note.parse(body), own: true });
  return {
    comments: async () => {
      const own = z.object({ id: z.number() }).parse((await api.request("GET", "/user")).body).id;
      const items = await api.list(`${notes}?sort=asc&order_by=created_at&per_page=100`);
      return items
        .map((item) => Note.parse(item))
        .filter(({ system }) => !system)
        .map(({ id, body, author }) => ({ id, body, own: author.id === own }));
    },
    create: async (body) => written(await api.request("POST", notes, { body })),
    edit: async (id, body) => written(await api.request("PUT", `${notes}/${id}`, { body })),
    remove: async (id) => void (await api.request("DELETE", `${notes}/${id}`)),
  };
}
