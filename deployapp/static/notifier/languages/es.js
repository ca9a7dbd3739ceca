/** Spanish. @type {import("../types.js").Messages} */
export default {
  available: "Hay una nueva versión {version}.",
  rollback: "La versión anterior {version} vuelve a estar activa.",
  countdown: "Hay una nueva versión. Esta página se recargará pronto.",
  unsaved: "Hay una nueva versión. Guarde antes su trabajo.",
  waiting: "La nueva versión aún no está aquí. Esta página sigue intentándolo.",
  reloading: "Recargando…",
  stuck: "No se pudo cargar la nueva versión. Inténtelo más tarde.",
  updated: "Actualizado {a version}",
  notes: "Novedades",
  refresh: "Recargar",
  anyway: "Descartar y recargar",
  later: "Más tarde",
  close: "Cerrar",
};
