import { createNotifier } from "@deployapp/notifier";
import { onScopeDispose, shallowRef } from "vue";

// One for the whole page. Version and address come from the meta tags in index.html.
export const notifier = createNotifier();

export function useNotifier() {
  const state = shallowRef(notifier.current);
  onScopeDispose(notifier.subscribe((now) => (state.value = now)));
  return state;
}
