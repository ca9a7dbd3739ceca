/** French. @type {import("../types.js").Messages} */
export default {
  available: "Une nouvelle version {version} est disponible.",
  rollback: "La version précédente {version} est de retour.",
  countdown: "Une nouvelle version est en ligne. Cette page va se recharger.",
  unsaved: "Une nouvelle version est prête. Enregistrez d’abord votre travail.",
  waiting: "La nouvelle version n’est pas encore là. Cette page réessaie.",
  reloading: "Rechargement…",
  stuck: "La nouvelle version n’a pas pu être chargée. Réessayez plus tard.",
  updated: "Mis à jour {vers version}",
  notes: "Nouveautés",
  refresh: "Recharger",
  anyway: "Abandonner et recharger",
  later: "Plus tard",
  close: "Fermer",
};
