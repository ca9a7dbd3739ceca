/** Dutch. @type {import("../types.js").Messages} */
export default {
  available: "Er is een nieuwe versie {version}.",
  rollback: "De vorige versie {version} is weer actief.",
  countdown: "Er is een nieuwe versie. Deze pagina wordt zo vernieuwd.",
  unsaved: "Er is een nieuwe versie. Sla eerst uw werk op.",
  waiting: "De nieuwe versie is er nog niet. Deze pagina blijft het proberen.",
  reloading: "Vernieuwen…",
  stuck: "De nieuwe versie is niet geladen. Probeer het later opnieuw.",
  updated: "Bijgewerkt {naar version}",
  notes: "Wat is er nieuw",
  refresh: "Vernieuwen",
  anyway: "Weggooien en vernieuwen",
  later: "Later",
  close: "Sluiten",
};
