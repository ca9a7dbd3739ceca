/** Polish. @type {import("../types.js").Messages} */
export default {
  available: "Dostępna jest nowa wersja {version}.",
  rollback: "Przywrócono poprzednią wersję {version}.",
  countdown: "Jest nowa wersja. Strona wkrótce się odświeży.",
  unsaved: "Nowa wersja jest gotowa. Najpierw zapisz swoją pracę.",
  waiting: "Nowej wersji jeszcze nie ma. Strona próbuje dalej.",
  reloading: "Odświeżanie…",
  stuck: "Nie udało się wczytać nowej wersji. Spróbuj później.",
  updated: "Zaktualizowano {do version}",
  notes: "Co nowego",
  refresh: "Odśwież",
  anyway: "Odrzuć i odśwież",
  later: "Później",
  close: "Zamknij",
};
