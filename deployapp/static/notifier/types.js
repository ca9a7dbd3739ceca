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
 * @property {Partial<Messages>} [messages] own texts; `{version}` and `{seconds}` are filled in
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
 * @typedef {object} Settings
 * @property {string} url
 * @property {string} frontend
 * @property {string} environment
 * @property {string | null} version
 * @property {Mode | undefined} mode
 * @property {BannerOptions | null} banner
 * @property {SocketIoFactory | undefined} io
 * @property {boolean} share
 * @property {boolean} rescue
 * @property {boolean} refreshAll
 * @property {number} idleSeconds
 * @property {number} countdownSeconds
 */

/**
 * What the parts of the client (mover, banner, rescue) may do with the tab they live in.
 *
 * @typedef {object} Tab
 * @property {Settings} settings
 * @property {{ read(): Partial<import("./reload.js").Journey> | null,
 *   write(value: Partial<import("./reload.js").Journey> | null): boolean }} journey outlives a reload of this tab
 * @property {() => State} state
 * @property {(subscriber: (state: State) => void) => () => void} subscribe
 * @property {(patch: Partial<State>) => void} update
 * @property {(type: string, detail?: unknown) => boolean} emit false when a listener prevented the default
 * @property {() => Promise<State>} check
 */

export {};
