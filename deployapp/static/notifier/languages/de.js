/** German. @type {import("../types.js").Messages} */
export default {
  available: "Eine neue Version {version} ist verfügbar.",
  rollback: "Die vorherige Version {version} ist wieder aktiv.",
  countdown: "Eine neue Version ist da. Diese Seite lädt gleich neu.",
  unsaved: "Eine neue Version ist bereit. Bitte zuerst speichern.",
  waiting: "Die neue Version ist noch nicht da. Diese Seite versucht es weiter.",
  reloading: "Wird neu geladen…",
  stuck: "Die neue Version wurde nicht geladen. Bitte später erneut versuchen.",
  updated: "Aktualisiert {auf version}",
  notes: "Was ist neu",
  refresh: "Neu laden",
  anyway: "Verwerfen und neu laden",
  later: "Später",
  close: "Schließen",
};
