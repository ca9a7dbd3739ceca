import { createNotifier } from "@deployapp/notifier";

// One for the whole page, and a Svelte store. Version and address come from the meta tags in index.html.
export const notifier = createNotifier();
