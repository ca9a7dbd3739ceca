/**
 * The banner's looks. Pages change them by the custom properties and parts of docs/client.md. A closed banner stays
 * rendered, empty: screen readers announce only what changes in a region that they know already.
 *
 * @module
 */

export const STYLES = `
:host{all:initial;display:block;position:fixed;z-index:2147483000;inset-inline:1rem;bottom:1rem;max-width:26rem;margin:auto;
--bg:var(--deployapp-background,#fff);--fg:var(--deployapp-color,#1b1f24);--line:var(--deployapp-border,#8c959f);--do:var(--deployapp-accent,#0b57d0);--on:var(--deployapp-accent-color,#fff)}
:host(:not([data-open])) section{all:unset}
:host([data-position=top]){top:1rem;bottom:auto}
section{padding:1rem;background:var(--bg);color:var(--fg);border:1px solid var(--line);border-radius:var(--deployapp-radius,.75rem);box-shadow:0 .5rem 2rem #0004;overflow-wrap:anywhere;font:var(--deployapp-font,1rem/1.4 system-ui,sans-serif)}
[part~=critical]{border-inline-start:.4rem solid var(--deployapp-critical,#c5221f)}
p{margin:0}
a{color:inherit}
details{margin-top:.5rem;font-size:.875em}
[part=text]{max-height:30vh;overflow:auto;white-space:pre-wrap;unicode-bidi:plaintext}
[part=line],[part=buttons]{display:flex;flex-wrap:wrap;gap:.5rem}
button{font:inherit;padding:.4rem .9rem;margin-top:.75rem;border:1px solid var(--line);border-radius:var(--deployapp-radius,.5rem);background:none;color:inherit;cursor:pointer}
[part~=refresh]{background:var(--do);border-color:var(--do);color:var(--on)}
:focus-visible{outline:3px solid var(--do);outline-offset:2px}
[hidden]{display:none}
@keyframes in{from{opacity:0}}
@media(prefers-reduced-motion:no-preference){section{animation:in .2s}}
@media(prefers-color-scheme:dark){:host{--bg:var(--deployapp-background,#1f2328);--fg:var(--deployapp-color,#f0f3f6);--do:var(--deployapp-accent,#a8c7fa);--on:var(--deployapp-accent-color,#062e6f)}}
`;
