/** Whether the orchestrator answers, asked of an API over real TLS; and what the plan says of it. */
import { type AddressInfo, createServer } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Checkpoint } from "../../../cli/interrupted.ts";
import { markdown } from "../../../cli/preview/form.ts";
import { silenceOf, withOrchestrator } from "../../../cli/preview/orchestrator.ts";
import { type Plan, planOf } from "../../../cli/preview/plan.ts";
import { renderPlan } from "../../../cli/preview/render.ts";
import { failure, type KubernetesApi, kubernetesApi } from "../cluster/kubernetes-api.ts";
import { logOf } from "./engine.ts";

let api: KubernetesApi;
beforeAll(async () => {
  api = await kubernetesApi();
});
afterAll(() => api.close());
beforeEach(() => {
  api.asked.length = 0;
});

describe("the orchestrator", () => {
  it("answers where it says that it is ready, to the administrator's certificate", async () => {
    api.answer = () => ({ body: "ok" });
    expect(await silenceOf(api.kubeconfig())).toBeUndefined();
    expect(api.asked).toMatchObject([{ method: "GET", path: "/readyz", user: "estate-admin" }]);
  });

  it.each([
    ["is not ready", () => ({ status: 500, body: "[-]etcd failed" }), "refuses (500): HTTP 500"],
    ["does not believe the certificate", () => failure(401, "Unauthorized"), "refuses (401): Unauthorized"],
  ])("does not where it %s", async (_, answer, why) => {
    api.answer = answer;
    expect(await silenceOf(api.kubeconfig())).toBe(`127.0.0.1:${api.port} ${why}`);
  });

  it("does not where nobody listens", async () => {
    const port = await freePort();
    expect(await silenceOf(api.kubeconfig({ port }))).toContain(`127.0.0.1:${port}: connect ECONNREFUSED`);
  });

  it("does not where it hangs: by itself after some seconds", { timeout: 15_000 }, async () => {
    api.answer = () => undefined;
    expect(await silenceOf(api.kubeconfig(), 200)).toBe(`127.0.0.1:${api.port}: no answer within 0.2 s`);
    const began = performance.now();
    expect(await silenceOf(api.kubeconfig())).toBe(`127.0.0.1:${api.port}: no answer within 5 s`);
    expect(performance.now() - began).toBeLessThan(8000);
  });

  it("is not waited for longer where it is busy and says when to ask again", async () => {
    api.answer = () => ({ status: 503, headers: { "retry-after": "30" }, body: "busy" });
    const began = performance.now();
    expect(await silenceOf(api.kubeconfig())).toContain("refuses (503)");
    expect(performance.now() - began).toBeLessThan(5000);
  });
});

describe("what the plan says of it", () => {
  const namespace = "kubernetes:core/v1:Namespace";
  const metadata = (op: string, type: string) => ({
    resourcePreEvent: {
      metadata: { op, type, urn: `urn:pulumi:prod::estate::${type}::one`, old: undefined, new: { custom: true } },
    },
  });
  const plan = (...events: object[]) => planOf(logOf(events), { stack: "prod", complete: true, pools: [] });
  const state = (...types: string[]): Checkpoint => ({
    deployment: { resources: types.map((type) => ({ type, urn: `urn:pulumi:prod::estate::${type}::one` })) },
  });
  const text = (of: Plan) => renderPlan(of, [], markdown);
  const first = plan(metadata("create", namespace));
  const told = { severity: "warning", message: "configured Kubernetes cluster is unreachable: no route\n" };
  const host = "openstack:compute/instance:Instance";

  it("is that it did not answer, and nothing where it did", () => {
    for (const held of [state(host), state(namespace), undefined]) {
      const silent = withOrchestrator(first, held, "api:6443: connect ECONNREFUSED");
      expect(text(silent)).toContain("**The orchestrator did not answer**: what is in it is not previewed");
      expect(text(silent)).toContain("`api:6443: connect ECONNREFUSED`");
      expect(text(withOrchestrator(first, held, undefined))).not.toContain("orchestrator");
    }
    const both = withOrchestrator(plan({ diagnosticEvent: told }), state(host), "later");
    expect(both.silentOrchestrator).toBe("no route");
  });

  it("is of a first plan that there is none yet, and never where to have it made instead", () => {
    const providers = state("pulumi:providers:kubernetes", "openstack:networking/network:Network");
    for (const before of [state(), providers]) {
      const blind = plan(metadata("create", namespace), { diagnosticEvent: told });
      const shown = text(withOrchestrator(blind, before, undefined));
      expect(shown).toContain("**There is no orchestrator yet**: what is to be in it is validated by no server");
      expect(shown).not.toMatch(/did not answer|admins\.cidrs/);
    }
    // the base of an estate that is two stacks, which has none and makes nothing in it
    expect(text(withOrchestrator(plan(metadata("create", host)), providers, undefined))).not.toContain("orchestrator");
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
