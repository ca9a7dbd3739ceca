/**
 * The types of the public API, for editors and for the generated `.d.ts`. No code.
 *
 * @module
 */

/**
 * A deployment as docs/protocol.md describes it. Fields that this client does not know are kept.
 *
 * @typedef {object} DeploymentEvent
 * @property {number} id grows within a topic
 * @property {string} deployed_at UTC, ISO 8601
 * @property {string} frontend
 * @property {string} environment
 * @property {string | null} [version]
 * @property {string | null} [commit_sha]
 * @property {string | null} [url]
 * @property {string | null} [notes]
 * @property {string} [kind] `release` or `rollback`
 * @property {string} [mode] a `Mode`
 * @property {string} [severity] `normal` or `critical`
 * @property {string | null} [min_version]
 * @property {number} [reload_window] seconds
 */

/**
 * How a tab moves to the new version.
 *
 * @typedef {"silent" | "prompt" | "idle" | "navigation" | "force"} Mode
 */

/**
 * What this tab runs, compared with the newest deployment: `unknown` until the server answered once.
 *
 * @typedef {"unknown" | "current" | "update" | "rollback"} Decision
 */

/**
 * What the people in front of the tab should be told now; the banner shows exactly this.
 *
 * @typedef {"available" | "countdown" | "unsaved" | "waiting" | "reloading" | "stuck" | "updated"} Notice
 */

/**
 * @typedef {"websocket" | "sse" | "socketio" | "polling"} TransportName
 */

/**
 * One immutable snapshot; a change makes a new object.
 *
 * @typedef {object} State
 * @property {Decision} decision
 * @property {DeploymentEvent | null} event the newest deployment known
 * @property {DeploymentEvent[]} news the deployments heard of since this tab was current, oldest first, at most ten
 * @property {Notice | null} notice
 * @property {Mode} mode how this tab would move to `event`
 * @property {number} seconds left of the countdown, while `notice` is `countdown`
 * @property {string | null} version what this tab runs, as its build says
 * @property {TransportName | null} transport by which deployments are heard, here or in the leading tab
 * @property {boolean} connected whether that transport works now
 * @property {boolean} leader whether this tab holds the connection
 * @property {boolean} enabled false while the server's kill switch is on
 * @property {number | null} dismissed id of the deployment whose notice was put away
 */

/**
 * @typedef {object} Options
 * @property {string} [url] address of the service, absolute; default: where this module was loaded from, or the page's
 * @property {string} [frontend] default `default`
 * @property {string} [environment] default `production`
 * @property {string | (() => string | null | undefined) | null} [version] what this build calls itself
 * @property {Mode} [mode] replaces the mode of a deployment, except that `force` stays `force`
 * @property {boolean | BannerOptions} [banner] default true; false shows nothing
 * @property {SocketIoFactory} [io] socket.io-client's `io`: use Socket.IO instead of WebSocket and SSE
 * @property {boolean} [share] default true: one connection for all tabs of the browser
 * @property {boolean} [rescue] default true: failed chunks lead to a check and the safe reload
 * @property {boolean} [refreshAll] default false; true: the banner's Refresh moves the other tabs too
 * @property {number} [idleSeconds] default 60: how long nobody touched the page, for mode `idle`
 * @property {number} [countdownSeconds] default 30: how long mode `force` counts down
 */

/**
 * @typedef {object} BannerOptions
 * @property {"bottom" | "top"} [position] default `bottom`
 * @property {string} [lang] default: the document's language, then the browser's
 * @property {Partial<Messages>} [messages] own texts; `{version}` is filled in, `{to version}` too
 * @property {Element} [parent] default `document.body`
 */

/**
 * @typedef {object} Messages
 * @property {string} available
 * @property {string} rollback
 * @property {string} countdown
 * @property {string} unsaved
 * @property {string} waiting
 * @property {string} reloading
 * @property {string} stuck
 * @property {string} updated
 * @property {string} notes
 * @property {string} refresh
 * @property {string} anyway
 * @property {string} later
 * @property {string} close
 */

/**
 * What the server lets its operators tune (docs/protocol.md, Policy). Times are seconds.
 *
 * @typedef {object} Policy
 * @property {boolean} enabled
 * @property {number} poll_interval
 * @property {number} poll_jitter
 * @property {number} reconnect_max
 */

/**
 * What every push transport is given.
 *
 * @typedef {object} Address
 * @property {string} url of the service, with a slash at its end
 * @property {string} query `frontend=…&environment=…`
 * @property {string} topic `frontend/environment`
 * @property {number | null} lastEventId
 * @property {SocketIoFactory} [io]
 */

/**
 * How a transport reports. `open` is called once, when the server has proven that it speaks; `close` once, at the end
 * of a connection that was not closed from here, whether it had opened or not.
 *
 * @typedef {object} TransportEvents
 * @property {(message: unknown) => void} open
 * @property {(message: unknown) => void} event
 * @property {() => void} close
 */

/**
 * @typedef {object} Link
 * @property {() => void} close ends it; nothing is reported afterwards
 * @property {() => void} [ping] asks whether it still lives; `close` is reported when no answer comes
 */

/**
 * @typedef {(address: Address, on: TransportEvents) => Link} Transport
 */

/**
 * @typedef {object} SocketIoSocket
 * @property {(name: string, listener: (...args: any[]) => void) => unknown} on
 * @property {() => unknown} disconnect
 * @property {{ engine?: { close(): void } }} [io]
 */

/**
 * @typedef {(url: string, options: object) => any} SocketIoFactory
 */

/**
 * What this browser remembers of a topic.
 *
 * @typedef {object} Visit
 * @property {number} id the newest deployment that was known while the tab was current
 * @property {string | null} version what ran then
 * @property {number | null} [dismissed] the deployment whose notice was put away
 */

/**
 * What a tab keeps over a reload.
 *
 * @typedef {object} Journey
 * @property {number} [id] of the deployment to be reached; without it the reload had none
 * @property {string | null} [to] version to be reached
 * @property {string | null} from what ran before
 * @property {number} attempts reloads towards it so far
 * @property {unknown} [kept] by the page's `save` callbacks
 */

/**
 * @template T
 * @typedef {object} Memory
 * @property {() => T | null} read
 * @property {(value: T | null) => boolean} write null forgets; answers whether it is remembered
 */

/**
 * Options, completed.
 *
 * @typedef {Options & { url: string, frontend: string, environment: string, version: string | null }} Settings
 */

/**
 * What `detail` holds in each event of a notifier.
 *
 * @typedef {object} NotifierDetails
 * @property {DeploymentEvent} deployment heard of just now
 * @property {State} change the new state
 * @property {DeploymentEvent | null} beforereload the one to move to; `preventDefault()` calls the reload off
 * @property {{ event: DeploymentEvent | null, from: string | null }} updated on the first page load after a successful
 *   reload; `from` is the version that ran before
 * @property {DeploymentEvent | null} stuck the one that two reloads did not reach
 * @property {unknown} rescue the error of a file that is gone
 */

/**
 * @typedef {object} NotifierListening
 * @property {<T extends keyof NotifierDetails>(type: T, listener: (event: CustomEvent<NotifierDetails[T]>) => void, options?: boolean | AddEventListenerOptions) => void} addEventListener
 */

/**
 * The public API.
 *
 * @typedef {NotifierMethods & NotifierListening & EventTarget} Notifier
 */

/**
 * @typedef {object} NotifierMethods
 * @property {State} current the present state; the same object until something changes. Only to be read
 * @property {(subscriber: (state: State) => void) => () => void} subscribe calls now and at every change; answers what
 *   ends it (Svelte's store contract; also fit for React's `useSyncExternalStore`)
 * @property {() => Promise<State>} check asks the server once; whoever asks meanwhile shares the answer
 * @property {(how?: ReloadOptions) => Promise<void>} reload moves this tab to the newest deployment, safely: unsaved
 *   work stops it with a notice, a server that does not answer delays it
 * @property {() => unknown} dismiss puts the notice away, in every tab and for this deployment only
 * @property {(callback: () => boolean) => () => void} guard the callback answers true while a reload would lose work;
 *   answers what takes it back
 * @property {() => Promise<void>} saved says that what was entered so far is saved: a form field counts as unsaved only
 *   when changed again
 * @property {(callback: () => object | null | undefined) => () => void} save the callback answers what the page wants
 *   back after a reload (as JSON); answers what takes it back
 * @property {(callback: (kept: any) => void) => Promise<void>} restore the callback gets what `save` kept, if this page
 *   load follows such a reload
 * @property {(error?: unknown) => Promise<void>} rescue tells of a failure that looks like files of an old deployment
 *   being gone (for a framework's error boundary)
 * @property {() => void} destroy ends everything: connection, timers, listeners, banner
 */

/**
 * @typedef {object} ReloadOptions
 * @property {boolean} [discard] the user agreed to lose what is unsaved
 * @property {boolean} [all] the other tabs of this frontend move too, as far as nothing is unsaved there
 */

/**
 * What the parts of the client (mover, banner, rescue) may do with the tab they live in.
 *
 * @typedef {object} Tab
 * @property {Settings} settings
 * @property {AbortSignal} life aborted when the notifier is destroyed
 * @property {Notifier} notifier
 * @property {Memory<Visit>} visits
 * @property {Memory<Journey>} journeys
 * @property {Set<() => boolean>} guards
 * @property {Set<() => object | null | undefined>} savers
 * @property {(patch: Partial<State>) => void} update
 * @property {(type: string, detail?: unknown) => boolean} emit false when a listener prevented the default
 * @property {(message: Message) => void} tell the same page in the other tabs
 */

/**
 * What one tab tells the others: parts of its state, a deployment, or what its user did.
 *
 * @typedef {object} Message
 * @property {Partial<State>} [patch]
 * @property {unknown} [event]
 * @property {boolean} [pushed] the deployment happened just now
 * @property {number | null} [dismissed]
 * @property {boolean} [reload]
 */

export {};
