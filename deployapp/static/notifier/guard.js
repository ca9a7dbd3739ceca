/**
 * Knows whether a reload would lose work: form fields and editable texts that the user changed, and whatever the page
 * says itself. When in doubt it says yes.
 *
 * @module
 */

const FIELDS = "input, textarea, select, [contenteditable]";
/** Fields that hold no work; `data-deployapp-ignore` on a field or around it adds to them (a search box, a filter). */
const IGNORED = "[type=button], [type=submit], [data-deployapp-ignore]";

/** @param {Set<() => boolean>} guards of the page @param {AbortSignal} signal ends it */
export function createGuard(guards, signal) {
  /** What each field held when the user came to it. @type {Map<Element, string>} */
  const before = new Map();

  const remember = (/** @type {Event} */ event) => {
    const field = fieldOf(event.composedPath()[0]);
    if (field && !before.has(field)) before.set(field, event.type === "input" ? (given(field) ?? "") : content(field));
  };
  // Somebody may have come to a field, and typed, before this module was there.
  const active = fieldOf(document.activeElement);
  if (active) before.set(active, given(active) ?? content(active));
  for (const type of ["focusin", "pointerdown", "input"]) {
    addEventListener(type, remember, { capture: true, signal });
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
  };
}

/** @param {EventTarget | null} target @returns {Element | null} */
function fieldOf(target) {
  const field = target instanceof Element ? target.closest(FIELDS) : null;
  return field?.closest(IGNORED) ? null : field;
}

/** @param {any} field @returns {string} everything that the user can change in it */
function content(field) {
  if (field.isContentEditable) return new XMLSerializer().serializeToString(field);
  if (field.selectedOptions) return JSON.stringify([...field.selectedOptions].map((option) => option.value));
  return `${field.checked}${field.files?.length ? [...field.files].map((file) => file.name) : field.value}`;
}

/** What the document gave a field that somebody may have changed unseen, as far as it says. @param {any} field */
function given(field) {
  const isTick = /^(checkbox|radio)$/.test(field.type);
  return "defaultValue" in field ? `${field.defaultChecked}${isTick ? field.value : field.defaultValue}` : undefined;
}
