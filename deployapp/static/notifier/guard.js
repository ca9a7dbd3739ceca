/**
 * Knows whether a reload would lose work: form fields and editable texts that the user changed, and whatever the page
 * says itself. When in doubt it says yes.
 *
 * @module
 */

const FIELDS = "input, textarea, select, [contenteditable]";
/** Fields that hold no work; `data-deployapp-ignore` on a field or around it adds to them (a search box, a filter). */
const IGNORED = "[type=hidden], [type=button], [type=submit], [type=reset], [type=image], [data-deployapp-ignore], [data-deployapp-ignore] *";

/** @param {Set<() => boolean>} guards of the page */
export function createGuard(guards) {
  /** What each field held when the user came to it. @type {Map<Element, string>} */
  const before = new Map();
  const watching = new AbortController();

  const remember = (/** @type {Event} */ event) => {
    const field = fieldOf(event.composedPath()[0]);
    if (field && !before.has(field)) before.set(field, event.type === "input" ? pristine(field) : content(field));
  };
  // Somebody may have come to a field, and typed, before this module was there.
  const active = fieldOf(document.activeElement);
  if (active) before.set(active, given(active));
  for (const type of ["focusin", "pointerdown", "input"]) {
    addEventListener(type, remember, { capture: true, signal: watching.signal });
  }

  return {
    /** @returns {boolean} a callback of the page that fails counts as unsaved work */
    unsaved() {
      for (const [field, held] of before) if (field.isConnected && content(field) !== held) return true;
      return [...guards].some((guard) => {
        try {
          return guard();
        } catch {
          return true;
        }
      });
    },
    saved() {
      for (const field of before.keys()) before.set(field, content(field));
    },
    stop: () => watching.abort(),
  };
}

/** @param {EventTarget | null} target @returns {Element | null} */
function fieldOf(target) {
  const field = target instanceof Element ? target.closest(FIELDS) : null;
  return field && !field.matches(IGNORED) ? field : null;
}

/** @param {any} field @returns {string} everything that the user can change in it */
function content(field) {
  if (field.isContentEditable) return new XMLSerializer().serializeToString(field);
  if (field.selectedOptions) return JSON.stringify([...field.selectedOptions].map((option) => option.value));
  return `${field.checked}${field.files?.length ? [...field.files].map((file) => file.name) : field.value}`;
}

/** What the document gave a field, as far as it says. @param {any} field */
function given(field) {
  return "defaultValue" in field ? `${field.defaultChecked}${field.defaultValue}` : content(field);
}

/** What a field held that was typed into before it was seen: what the document gave it. @param {any} field */
function pristine(field) {
  if (field.isContentEditable || field.selectedOptions) return "";
  return /^(checkbox|radio)$/.test(field.type) ? `${field.defaultChecked}${field.value}` : `${field.checked}`;
}
