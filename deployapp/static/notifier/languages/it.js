/** Italian. @type {import("../types.js").Messages} */
export default {
  available: "È disponibile una nuova versione {version}.",
  rollback: "La versione precedente {version} è di nuovo attiva.",
  countdown: "C’è una nuova versione. La pagina verrà ricaricata a breve.",
  unsaved: "C’è una nuova versione. Prima salva il tuo lavoro.",
  waiting: "La nuova versione non è ancora qui. La pagina continua a provare.",
  reloading: "Ricaricamento…",
  stuck: "Impossibile caricare la nuova versione. Riprova più tardi.",
  updated: "Aggiornato {alla version}",
  notes: "Novità",
  refresh: "Ricarica",
  anyway: "Scarta e ricarica",
  later: "Più tardi",
  close: "Chiudi",
};
