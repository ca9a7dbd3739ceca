/**
 * The types of the public API, for editors and for the generated `.d.ts`. No code.
 *
 * @module
 */
export type DeploymentEvent = {
    /**
     * grows within a topic
     */
    id: number;
    /**
     * UTC, ISO 8601
     */
    deployed_at: string;
    frontend: string;
    environment: string;
    version?: string | null;
    commit_sha?: string | null;
    url?: string | null;
    notes?: string | null;
    /**
     * `release` or `rollback`
     */
    kind?: string;
    /**
     * a `Mode`
     */
    mode?: string;
    /**
     * `normal` or `critical`
     */
    severity?: string;
    min_version?: string | null;
    /**
     * seconds
     */
    reload_window?: number;
};
export type Mode = "silent" | "prompt" | "idle" | "navigation" | "force";
export type Decision = "unknown" | "current" | "update" | "rollback";
export type Notice = "available" | "countdown" | "unsaved" | "waiting" | "reloading" | "stuck" | "updated";
export type TransportName = "websocket" | "sse" | "socketio" | "polling";
export type State = {
    decision: Decision;
    /**
     * the newest deployment known
     */
    event: DeploymentEvent | null;
    /**
     * the deployments heard of since this tab was current, oldest first, at most ten
     */
    news: DeploymentEvent[];
    notice: Notice | null;
    /**
     * how this tab would move to `event`
     */
    mode: Mode;
    /**
     * left of the countdown, while `notice` is `countdown`
     */
    seconds: number;
    /**
     * what this tab runs, as its build says
     */
    version: string | null;
    /**
     * by which deployments are heard, here or in the leading tab
     */
    transport: TransportName | null;
    /**
     * whether that transport works now
     */
    connected: boolean;
    /**
     * whether this tab holds the connection
     */
    leader: boolean;
    /**
     * false while the server's kill switch is on
     */
    enabled: boolean;
    /**
     * id of the deployment whose notice was put away
     */
    dismissed: number | null;
};
export type Options = {
    /**
     * address of the service, absolute; default: where this module was loaded from, or the page's
     */
    url?: string;
    /**
     * default `default`
     */
    frontend?: string;
    /**
     * default `production`
     */
    environment?: string;
    /**
     * what this build calls itself
     */
    version?: string | (() => string | null | undefined) | null;
    /**
     * replaces the mode of a deployment, except that `force` stays `force`
     */
    mode?: Mode;
    /**
     * default true; false shows nothing
     */
    banner?: boolean | BannerOptions;
    /**
     * socket.io-client's `io`: use Socket.IO instead of WebSocket and SSE
     */
    io?: SocketIoFactory;
    /**
     * default true: one connection for all tabs of the browser
     */
    share?: boolean;
    /**
     * default true: failed chunks lead to a check and the safe reload
     */
    rescue?: boolean;
    /**
     * default false; true: the banner's Refresh moves the other tabs too
     */
    refreshAll?: boolean;
    /**
     * default 60: how long nobody touched the page, for mode `idle`
     */
    idleSeconds?: number;
    /**
     * default 30: how long mode `force` counts down
     */
    countdownSeconds?: number;
};
export type BannerOptions = {
    /**
     * default `bottom`
     */
    position?: "bottom" | "top";
    /**
     * default: the document's language, then the browser's
     */
    lang?: string;
    /**
     * own texts; `{version}` is filled in, `{to version}` too
     */
    messages?: Partial<Messages>;
    /**
     * default `document.body`
     */
    parent?: Element;
};
export type Messages = {
    available: string;
    rollback: string;
    countdown: string;
    unsaved: string;
    waiting: string;
    reloading: string;
    stuck: string;
    updated: string;
    notes: string;
    refresh: string;
    anyway: string;
    later: string;
    close: string;
};
export type Policy = {
    enabled: boolean;
    poll_interval: number;
    poll_jitter: number;
    reconnect_max: number;
};
export type Address = {
    /**
     * of the service, with a slash at its end
     */
    url: string;
    /**
     * `frontend=…&environment=…`
     */
    query: string;
    /**
     * `frontend/environment`
     */
    topic: string;
    lastEventId: number | null;
    io?: SocketIoFactory;
};
export type TransportEvents = {
    open: (message: unknown) => void;
    event: (message: unknown) => void;
    close: () => void;
};
export type Link = {
    /**
     * ends it; nothing is reported afterwards
     */
    close: () => void;
    /**
     * asks whether it still lives; `close` is reported when no answer comes
     */
    ping?: () => void;
};
export type Transport = (address: Address, on: TransportEvents) => Link;
export type SocketIoSocket = {
    on: (name: string, listener: (...args: any[]) => void) => unknown;
    disconnect: () => unknown;
    io?: {
        engine?: {
            close(): void;
        };
    };
};
export type SocketIoFactory = (url: string, options: object) => any;
export type Visit = {
    /**
     * the newest deployment that was known while the tab was current
     */
    id: number;
    /**
     * what ran then
     */
    version: string | null;
    /**
     * the deployment whose notice was put away
     */
    dismissed?: number | null;
};
export type Journey = {
    /**
     * of the deployment to be reached; without it the reload had none
     */
    id?: number;
    /**
     * version to be reached
     */
    to?: string | null;
    /**
     * what ran before
     */
    from: string | null;
    /**
     * reloads towards it so far
     */
    attempts: number;
    /**
     * by the page's `save` callbacks
     */
    kept?: unknown;
};
export type Memory<T> = {
    read: () => T | null;
    /**
     * null forgets; answers whether it is remembered
     */
    write: (value: T | null) => boolean;
};
export type Settings = Options & {
    url: string;
    frontend: string;
    environment: string;
    version: string | null;
};
export type NotifierDetails = {
    /**
     * heard of just now
     */
    deployment: DeploymentEvent;
    /**
     * the new state
     */
    change: State;
    /**
     * the one to move to; `preventDefault()` calls the reload off
     */
    beforereload: DeploymentEvent | null;
    /**
     * on the first page load after a successful
     * reload; `from` is the version that ran before
     */
    updated: {
        event: DeploymentEvent | null;
        from: string | null;
    };
    /**
     * the one that two reloads did not reach
     */
    stuck: DeploymentEvent | null;
    /**
     * the error of a file that is gone
     */
    rescue: unknown;
};
export type NotifierListening = {
    addEventListener: <T extends keyof NotifierDetails>(type: T, listener: (event: CustomEvent<NotifierDetails[T]>) => void, options?: boolean | AddEventListenerOptions) => void;
};
export type Notifier = NotifierMethods & NotifierListening & EventTarget;
export type NotifierMethods = {
    /**
     * the present state; the same object until something changes. Only to be read
     */
    current: State;
    /**
     * calls now and at every change; answers what
     * ends it (Svelte's store contract; also fit for React's `useSyncExternalStore`)
     */
    subscribe: (subscriber: (state: State) => void) => () => void;
    /**
     * asks the server once; whoever asks meanwhile shares the answer
     */
    check: () => Promise<State>;
    /**
     * moves this tab to the newest deployment, safely: unsaved
     * work stops it with a notice, a server that does not answer delays it
     */
    reload: (how?: ReloadOptions) => Promise<void>;
    /**
     * puts the notice away, in every tab and for this deployment only
     */
    dismiss: () => unknown;
    /**
     * the callback answers true while a reload would lose work;
     * answers what takes it back
     */
    guard: (callback: () => boolean) => () => void;
    /**
     * says that what was entered so far is saved: a form field counts as unsaved only
     * when changed again
     */
    saved: () => Promise<void>;
    /**
     * the callback answers what the page wants
     * back after a reload (as JSON); answers what takes it back
     */
    save: (callback: () => object | null | undefined) => () => void;
    /**
     * the callback gets what `save` kept, if this page
     * load follows such a reload
     */
    restore: (callback: (kept: any) => void) => Promise<void>;
    /**
     * tells of a failure that looks like files of an old deployment
     * being gone (for a framework's error boundary)
     */
    rescue: (error?: unknown) => Promise<void>;
    /**
     * ends everything: connection, timers, listeners, banner
     */
    destroy: () => void;
};
export type ReloadOptions = {
    /**
     * the user agreed to lose what is unsaved
     */
    discard?: boolean;
    /**
     * the other tabs of this frontend move too, as far as nothing is unsaved there
     */
    all?: boolean;
};
export type Tab = {
    settings: Settings;
    /**
     * aborted when the notifier is destroyed
     */
    life: AbortSignal;
    notifier: Notifier;
    visits: Memory<Visit>;
    journeys: Memory<Journey>;
    guards: Set<() => boolean>;
    savers: Set<() => object | null | undefined>;
    update: (patch: Partial<State>) => void;
    /**
     * false when a listener prevented the default
     */
    emit: (type: string, detail?: unknown) => boolean;
    /**
     * the same page in the other tabs
     */
    tell: (message: Message) => void;
};
export type Message = {
    patch?: Partial<State>;
    event?: unknown;
    /**
     * the deployment happened just now
     */
    pushed?: boolean;
    dismissed?: number | null;
    reload?: boolean;
};
export {};
