// Everything public, as a TypeScript page uses it; test_package.py checks that it compiles, and that mistakes do not.
import { createNotifier, type DeploymentEvent, type Notifier, type Options, type State } from "@deployapp/notifier";
import { notifier as started } from "@deployapp/notifier/auto";

const options: Options = {
  url: "https://deployapp.example/",
  frontend: "shop",
  environment: "staging",
  version: () => document.title,
  mode: "idle",
  banner: { position: "top", lang: "de", messages: { refresh: "Jetzt" }, parent: document.body },
  share: false,
  rescue: false,
  refreshAll: true,
  idleSeconds: 30,
  countdownSeconds: 10,
};
const notifier: Notifier = createNotifier(options);
const both: Notifier[] = [notifier, started];

const unsubscribe: () => void = notifier.subscribe(({ decision, event, notice }: State) => {
  const newest: DeploymentEvent | null = event;
  if (decision === "rollback" && notice === "available") console.log(newest?.version?.toUpperCase());
});
notifier.addEventListener("updated", ({ detail }) => console.log(detail.from?.length, detail.event?.id.toFixed()));
notifier.addEventListener("beforereload", (event) => event.preventDefault(), { once: true });
notifier.addEventListener("change", ({ detail }) => console.log(detail.transport === "sse"));
const release: () => void = notifier.guard(() => both.length > 2);
notifier.save(() => ({ draft: "text" }));
await notifier.restore(({ draft }) => console.log(draft));
await notifier.reload({ discard: true, all: true });
const { connected }: State = await notifier.check();
await notifier.saved();
notifier.dismiss();
await notifier.rescue(new Error(String(connected)));
unsubscribe();
release();
notifier.destroy();

// @ts-expect-error: no such mode
createNotifier({ mode: "sometimes" });
// @ts-expect-error: no such option
createNotifier({ verison: "1.42.0" });
// @ts-expect-error: a guard answers true or false
notifier.guard(() => "unsaved");
// @ts-expect-error: `detail` of this event has no such member
notifier.addEventListener("updated", ({ detail }) => detail.to);
// @ts-expect-error: there is no such state
if (notifier.current.decision === "outdated") notifier.destroy();
