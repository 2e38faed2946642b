import { z } from "zod";
import type { Api } from "./api.ts";
import { ForgeError } from "./error.ts";
import type { Comment, Forge } from "./forge.ts";

const Item = z.object({
  id: z.number(),
  body: z.string().nullish(),
  html_url: z.string().optional(),
  user: z.object({ login: z.string(), type: z.string().optional() }).nullish(),
});

type Author = z.infer<typeof Item>["user"];

/** A pull request on GitHub. @param project owner and name */
export function github(api: Api, project: string, request: number): Forge {
  const comments = `/repos/${project}/issues/${request}/comments`;
  const one = (id: number) => `/repos/${project}/issues/comments/${id}`;
  const comment = (item: unknown, isOwn: (author: Author) => boolean): Comment => {
    const { id, body, html_url, user } = Item.parse(item);
    return { id, body: body ?? "", own: isOwn(user), ...(html_url ? { url: html_url } : {}) };
  };
  const written = ({ body }: { readonly body: unknown }) => comment(body, () => true);
  return {
    comments: async () => {
      const isOwn = await ourselves(api);
      return (await api.list(`${comments}?per_page=100`)).map((item) => comment(item, isOwn));
    },
    create: async (body) => written(await api.request("POST", comments, { body })),
    edit: async (id, body) => written(await api.request("PATCH", one(id), { body })),
    remove: async (id) => void (await api.request("DELETE", one(id))),
  };
}

/** The token of a workflow is no user's, and may not ask whose it is; what it writes is a bot's. No person can be one. */
async function ourselves(api: Api): Promise<(author: Author) => boolean> {
  try {
    const { login } = z.object({ login: z.string() }).parse((await api.request("GET", "/user")).body);
    return (author) => author?.login === login;
  } catch (error) {
    if (!(error instanceof ForgeError) || error.status !== 403) throw error;
    return (author) => author?.type === "Bot";
  }
}
