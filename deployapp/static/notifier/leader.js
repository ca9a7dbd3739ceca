/**
 * One connection per browser instead of one per tab: the tab that holds a Web Lock leads, the others listen on a
 * BroadcastChannel. A leader that is closed loses the lock by itself; one that is frozen does not answer and is
 * dethroned. Knows nothing of deployments: it elects, and carries messages between the tabs.
 *
 * @module
 */

/** How often a follower that somebody looks at makes sure that its leader lives, in milliseconds. */
const ASK_EVERY = 15_000;
/** How long a living leader may take to answer. */
const ANSWER_TIMEOUT = 4000;

/**
 * @typedef {object} ElectionOptions
 * @property {string} name shared by the tabs that can share a connection
 * @property {() => void} onLead this tab leads from now on
 * @property {() => void} onFollow it does not, or no longer
 * @property {(message: any) => void} onMessage what another tab told
 * @property {() => unknown} answer what a leader tells a tab that asks
 */

/** @param {ElectionOptions} options */
export function joinElection({ name, onLead, onFollow, onMessage, answer }) {
  const channel = new BroadcastChannel(name);
  const leaving = new AbortController();
  let asked = 0;
  /** @type {(() => void) | undefined} ends the reign */
  let resign;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let doubt;
  /** @type {AbortController | undefined} */
  let candidacy;

  channel.onmessage = ({ data }) => {
    if (data?.ask) {
      asked = Date.now();
      if (resign) channel.postMessage({ reign: true, ...Object(answer()) });
    } else {
      if (data?.reign) calm();
      onMessage(data);
    }
  };

  const reign = () =>
    /** @type {Promise<void>} */ (
      new Promise((resolve) => {
        calm();
        resign = resolve;
        onLead();
      })
    );

  /** @param {LockOptions} how */
  async function stand(how) {
    try {
      await navigator.locks.request(name, how, (lock) => (lock ? reign() : undefined));
    } catch (error) {
      // AbortError: dethroned by a tab that thought this one frozen, or no longer a candidate. Anything else: no locks here.
      if (/** @type {Error} */ (error).name !== "AbortError") await reign();
    }
    if (!resign) return;
    resign = undefined;
    onFollow();
    enlist();
  }

  /** Waits in line for the lock. */
  function enlist() {
    if (leaving.signal.aborted || paused) return;
    candidacy = new AbortController();
    void stand({ signal: candidacy.signal });
    ask();
  }

  function calm() {
    clearTimeout(doubt);
    doubt = undefined;
  }

  function ask() {
    if (resign || paused || doubt || document.hidden) return;
    channel.postMessage({ ask: true });
    doubt = setTimeout(() => {
      doubt = undefined;
      candidacy?.abort();
      void stand({ steal: true });
    }, ANSWER_TIMEOUT);
  }

  let paused = false;
  /** A page in the back/forward cache or frozen must not hold the others back. */
  const pause = () => {
    paused = true;
    calm();
    candidacy?.abort();
    resign?.();
  };
  const resume = () => {
    if (!paused) return;
    paused = false;
    enlist();
  };
  for (const type of ["pagehide", "pageshow"]) {
    addEventListener(type, type === "pagehide" ? pause : resume, { signal: leaving.signal });
  }
  document.addEventListener("freeze", pause, { signal: leaving.signal });
  document.addEventListener("resume", resume, { signal: leaving.signal });
  document.addEventListener("visibilitychange", ask, { signal: leaving.signal });
  const timer = setInterval(ask, ASK_EVERY);

  onFollow();
  enlist();

  return {
    /** @param {unknown} message for every other tab */
    tell: (message) => channel.postMessage(message),
    /** @returns {boolean} whether a visible tab asked lately, so that somebody looks although this tab is hidden */
    wanted: () => Date.now() - asked < 3 * ASK_EVERY,
    leave() {
      pause();
      leaving.abort();
      clearInterval(timer);
      channel.close();
    },
  };
}
