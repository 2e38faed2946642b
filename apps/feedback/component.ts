import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Build, Context } from "../../stacks/application.ts";
import { ApplicationComponent } from "../component.ts";
import { hostsRunning } from "../hosts.ts";
import { networkPolicyOf } from "../policy.ts";
import { type application, feedbackHost } from "./app.ts";
import {
  feedbackBudget,
  feedbackDeployment,
  feedbackProgram,
  feedbackSecret,
  feedbackService,
  readProgram,
  rulesOf,
} from "./manifests.ts";

type FeedbackContext = Context<typeof application>;

/** The page that people land on after a meeting. */
export class Feedback extends ApplicationComponent {
  static readonly type = "estate:apps:Feedback";
  /** Where people find it. */
  readonly url: string;
  /** Signs links to it. */
  readonly linkSecret: pulumi.Output<string>;

  constructor(context: FeedbackContext) {
    const { name, settings, secrets, facts, after } = context;
    super(Feedback.type, name, context.namespace, context.options);
    this.url = `https://${feedbackHost(settings, facts)}`;
    this.linkSecret = pulumi.secret(secrets.linkSecret);
    const bbb = hostsRunning(facts, "bbb").map((host) => host.name);
    const program = feedbackProgram(readProgram(), rulesOf(settings, bbb));
    // its name is that of what is in it, and pods of the old one need the old one: so the new one comes first
    const files = new kubernetes.core.v1.ConfigMap(`${name}-program`, this.inNamespace(program), { parent: this });
    const secret = new kubernetes.core.v1.Secret(name, this.inNamespace(feedbackSecret(secrets)), this.own());
    const ranges = Object.values(facts.sites).map(({ cidr }) => cidr);
    const policy = networkPolicyOf({ name, apps: facts.apps, hosts: ranges });
    const closed = new kubernetes.networking.v1.NetworkPolicy(name, this.inNamespace(policy), this.own());
    const budget = feedbackBudget(settings.replicas, after.length);
    if (budget) new kubernetes.policy.v1.PodDisruptionBudget(name, this.inNamespace(budget), this.own());
    const deployment = feedbackDeployment({ replicas: settings.replicas, program: program.metadata.name });
    const options = this.own([...after, files, secret, closed]);
    new kubernetes.apps.v1.Deployment(name, this.inNamespace(deployment), options);
    new kubernetes.core.v1.Service(name, this.inNamespace(feedbackService()), this.own(after));
    this.registerOutputs({});
  }
}

export const build: Build<typeof application> = (context) => new Feedback(context);
