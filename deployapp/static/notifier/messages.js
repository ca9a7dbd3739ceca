/**
 * What the banner says, in several languages. `{version}` is the version spoken of, without it when there is none.
 *
 * @module
 */

/** @import { Messages } from "./types.js" */

/** @typedef {keyof Messages} Key */
const KEYS = /** @type {Key[]} */ (
  "available rollback countdown unsaved waiting reloading stuck updated notes refresh anyway later close".split(" ")
);

/** One text per key, in the order of `KEYS`. @type {Record<string, string>} */
const TEXTS = {
  en: "A new version {version} is available.|The previous version {version} is live again.|A new version is live. This page refreshes shortly.|A new version is ready. Save your work first.|The new version is not here yet. This page keeps trying.|Refreshing…|The new version did not load. Please try again later.|Updated {version}|What is new|Refresh|Discard and refresh|Later|Close",
  de: "Eine neue Version {version} ist verfügbar.|Die vorherige Version {version} ist wieder aktiv.|Eine neue Version ist da. Diese Seite lädt gleich neu.|Eine neue Version ist bereit. Bitte zuerst speichern.|Die neue Version ist noch nicht da. Diese Seite versucht es weiter.|Wird neu geladen…|Die neue Version wurde nicht geladen. Bitte später erneut versuchen.|Aktualisiert {version}|Was ist neu|Neu laden|Verwerfen und neu laden|Später|Schließen",
  fr: "Une nouvelle version {version} est disponible.|La version précédente {version} est de retour.|Une nouvelle version est en ligne. Cette page va se recharger.|Une nouvelle version est prête. Enregistrez d’abord votre travail.|La nouvelle version n’est pas encore là. Cette page réessaie.|Rechargement…|La nouvelle version n’a pas pu être chargée. Réessayez plus tard.|Mis à jour {version}|Nouveautés|Recharger|Abandonner et recharger|Plus tard|Fermer",
  es: "Hay una nueva versión {version}.|La versión anterior {version} vuelve a estar activa.|Hay una nueva versión. Esta página se recargará pronto.|Hay una nueva versión. Guarde antes su trabajo.|La nueva versión aún no está aquí. Esta página sigue intentándolo.|Recargando…|No se pudo cargar la nueva versión. Inténtelo más tarde.|Actualizado {version}|Novedades|Recargar|Descartar y recargar|Más tarde|Cerrar",
  pt: "Há uma nova versão {version}.|A versão anterior {version} está ativa de novo.|Há uma nova versão. Esta página será recarregada em breve.|Há uma nova versão. Guarde primeiro o seu trabalho.|A nova versão ainda não chegou. Esta página continua a tentar.|A recarregar…|Não foi possível carregar a nova versão. Tente mais tarde.|Atualizado {version}|Novidades|Recarregar|Descartar e recarregar|Mais tarde|Fechar",
  it: "È disponibile una nuova versione {version}.|La versione precedente {version} è di nuovo attiva.|C’è una nuova versione. La pagina verrà ricaricata a breve.|C’è una nuova versione. Prima salva il tuo lavoro.|La nuova versione non è ancora qui. La pagina continua a provare.|Ricaricamento…|Impossibile caricare la nuova versione. Riprova più tardi.|Aggiornato {version}|Novità|Ricarica|Scarta e ricarica|Più tardi|Chiudi",
  nl: "Er is een nieuwe versie {version}.|De vorige versie {version} is weer actief.|Er is een nieuwe versie. Deze pagina wordt zo vernieuwd.|Er is een nieuwe versie. Sla eerst uw werk op.|De nieuwe versie is er nog niet. Deze pagina blijft het proberen.|Vernieuwen…|De nieuwe versie is niet geladen. Probeer het later opnieuw.|Bijgewerkt {version}|Wat is er nieuw|Vernieuwen|Weggooien en vernieuwen|Later|Sluiten",
  pl: "Dostępna jest nowa wersja {version}.|Przywrócono poprzednią wersję {version}.|Jest nowa wersja. Strona wkrótce się odświeży.|Nowa wersja jest gotowa. Najpierw zapisz swoją pracę.|Nowej wersji jeszcze nie ma. Strona próbuje dalej.|Odświeżanie…|Nie udało się wczytać nowej wersji. Spróbuj później.|Zaktualizowano {version}|Co nowego|Odśwież|Odrzuć i odśwież|Później|Zamknij",
  ru: "Доступна новая версия {version}.|Снова работает прежняя версия {version}.|Вышла новая версия. Страница скоро обновится.|Новая версия готова. Сначала сохраните работу.|Новой версии пока нет. Страница продолжает попытки.|Обновление…|Новая версия не загрузилась. Попробуйте позже.|Обновлено {version}|Что нового|Обновить|Не сохранять и обновить|Позже|Закрыть",
  ja: "新しいバージョン {version} があります。|以前のバージョン {version} に戻りました。|新しいバージョンが公開されました。まもなく再読み込みします。|新しいバージョンがあります。先に作業を保存してください。|新しいバージョンはまだ届いていません。再試行を続けます。|再読み込み中…|新しいバージョンを読み込めませんでした。後でもう一度お試しください。|更新しました {version}|新着情報|再読み込み|破棄して再読み込み|後で|閉じる",
  zh: "新版本 {version} 已可用。|已恢复到之前的版本 {version}。|新版本已上线，页面即将刷新。|新版本已就绪，请先保存您的工作。|新版本尚未就绪，页面会继续尝试。|正在刷新…|新版本未能加载，请稍后再试。|已更新 {version}|更新内容|刷新|放弃并刷新|稍后|关闭",
  ar: "يتوفر إصدار جديد {version}.|عاد الإصدار السابق {version} إلى العمل.|صدر إصدار جديد. ستُحدَّث هذه الصفحة قريبًا.|الإصدار الجديد جاهز. احفظ عملك أولًا.|لم يصل الإصدار الجديد بعد. تستمر الصفحة في المحاولة.|جارٍ التحديث…|تعذّر تحميل الإصدار الجديد. حاول لاحقًا.|تم التحديث {version}|ما الجديد|تحديث|تجاهل وتحديث|لاحقًا|إغلاق",
};

const RIGHT_TO_LEFT = /^(ar|he|fa|ur)\b/;

/** The languages that have texts. */
export const LANGUAGES = Object.keys(TEXTS);

/**
 * The texts for the first of the wanted languages that there is (`de-AT` finds `de`), English otherwise.
 *
 * @param {string[]} wanted BCP 47 tags, best first
 * @param {Partial<Messages>} [own] replace single texts; they are taken to be in the first wanted language
 * @returns {{ lang: string, dir: "ltr" | "rtl", messages: Messages }}
 */
export function messagesFor(wanted, own = {}) {
  const bases = wanted.map((tag) => tag.toLowerCase().split("-")[0]);
  const lang = bases.find((base) => Object.hasOwn(TEXTS, base)) ?? "en";
  const texts = TEXTS[lang].split("|");
  const messages = Object.fromEntries(KEYS.map((key, index) => [key, own[key] ?? texts[index]]));
  return { lang, dir: RIGHT_TO_LEFT.test(lang) ? "rtl" : "ltr", messages: /** @type {any} */ (messages) };
}

/**
 * @param {string} text
 * @param {string | null | undefined} version
 */
export function fill(text, version) {
  return text.replace(/\s*\{version\}/, () => (version ? ` ${version}` : "")).trim();
}
