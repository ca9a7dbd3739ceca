import { useEffect, useState } from "react";

import { notifier, useNotifier } from "./notifier";

export function App() {
  const { version, decision } = useNotifier();
  const [draft, setDraft] = useState("");

  // What is kept over the reload need not stop it, hence `data-deployapp-ignore` below.
  useEffect(() => notifier.save(() => ({ draft })), [draft]);
  useEffect(() => void notifier.restore((kept) => setDraft(kept.draft)), []);

  return (
    <main>
      <h1>Version {version}</h1>
      <label>
        Comment <textarea data-deployapp-ignore value={draft} onChange={({ target }) => setDraft(target.value)} />
      </label>
      {decision === "update" && <p>A newer version is live.</p>}
    </main>
  );
}
