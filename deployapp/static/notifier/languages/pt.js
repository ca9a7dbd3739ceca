/** Portuguese. @type {import("../types.js").Messages} */
export default {
  available: "Há uma nova versão {version}.",
  rollback: "A versão anterior {version} está ativa de novo.",
  countdown: "Há uma nova versão. Esta página será recarregada em breve.",
  unsaved: "Há uma nova versão. Guarde primeiro o seu trabalho.",
  waiting: "A nova versão ainda não chegou. Esta página continua a tentar.",
  reloading: "A recarregar…",
  stuck: "Não foi possível carregar a nova versão. Tente mais tarde.",
  updated: "Atualizado {para version}",
  notes: "Novidades",
  refresh: "Recarregar",
  anyway: "Descartar e recarregar",
  later: "Mais tarde",
  close: "Fechar",
};
