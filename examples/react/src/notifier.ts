import { createNotifier, type State } from "@deployapp/notifier";
import { useSyncExternalStore } from "react";

// One for the whole page. Version and address come from the meta tags in index.html.
export const notifier = createNotifier();

export function useNotifier(): State {
  return useSyncExternalStore(notifier.subscribe, () => notifier.current);
}
