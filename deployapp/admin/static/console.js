/**
 * What every admin page does with scripts; each page also works without.
 *
 * @module
 */

const format = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

/**
 * Shows times in the reader's zone; the title keeps UTC.
 *
 * @param {ParentNode} part
 */
export function localise(part) {
  for (const time of part.querySelectorAll("time")) time.textContent = format.format(new Date(time.dateTime));
}

localise(document);

const menu = document.querySelector("[data-menu]");
menu?.addEventListener("click", () => {
  const open = menu.getAttribute("aria-expanded") !== "true";
  menu.setAttribute("aria-expanded", String(open));
});
document.documentElement.classList.add("scripted");

for (const button of document.querySelectorAll("[data-copy]")) {
  const field = /** @type {HTMLInputElement} */ (document.getElementById(button.dataset.copy));
  const said = document.querySelector("[data-copied]");
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(field.value);
      said.textContent = "Copied.";
    } catch {
      // Browsers allow the clipboard only on HTTPS and localhost.
      field.select();
      said.textContent = "Selected. Copy it with the keyboard.";
    }
  });
}
for (const field of document.querySelectorAll("[data-secret]")) field.addEventListener("focus", () => field.select());
