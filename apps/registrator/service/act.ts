import { connectBbb } from "./bbb.ts";
import type { Declared } from "./declared.ts";
import type { Subject } from "./observed.ts";
import type { Scalelite } from "./scalelite.ts";
import type { Step } from "./step.ts";

/** Does one step. Gives what is worth saying of it beside that it was done. @throws Error when it could not be done; it is thought of anew at the next look */
export async function act(
  step: Step,
  subject: Subject,
  declared: Declared,
  scalelite: Scalelite,
): Promise<string | undefined> {
  switch (step.do) {
    case "add":
      return void (await scalelite.add(step.as));
    case "change":
      return void (await scalelite.change(step.id, step.change));
    case "enable":
    case "cordon":
      return void (await scalelite.change(step.id, { state: step.do }));
    case "panic":
      return void (await scalelite.panic(step.id));
    case "remove":
      return void (await scalelite.remove(step.id));
    case "end":
      return void (await eachMeeting(step, (meeting) => bbbOf(subject, declared).end(meeting)));
    case "warn":
      return warn(step, subject, declared);
  }
}

/** What could not be said is no reason to stop: the meeting may just have ended. */
async function warn(
  step: Step & { readonly do: "warn" },
  subject: Subject,
  declared: Declared,
): Promise<string | undefined> {
  const bbb = bbbOf(subject, declared);
  let able = true;
  try {
    await eachMeeting(step, async (meeting) => {
      for (const text of step.texts) able = (await bbb.say(meeting, text)) && able;
    });
  } catch (error) {
    return `not everybody could be told: ${(error as Error).message}`;
  }
  return able ? undefined : "its release of BigBlueButton takes no chat messages (3.0 and later do): nobody was told";
}

/** Each gets its turn, whatever happens to the others. @throws Error the first that there was */
async function eachMeeting<Meeting>(
  { meetings }: { readonly meetings: readonly Meeting[] },
  act: (meeting: Meeting) => Promise<void>,
): Promise<void> {
  const errors: unknown[] = [];
  for (const meeting of meetings) await act(meeting).catch((error: unknown) => errors.push(error));
  if (errors.length > 0) throw errors[0];
}

function bbbOf({ name, url, secret }: Subject, { algorithm }: Declared) {
  if (secret === undefined) throw new Error(`nobody told the secret of ${name}`);
  return connectBbb({ url, secret, algorithm });
}
