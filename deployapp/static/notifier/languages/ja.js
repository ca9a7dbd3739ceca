/** Japanese. @type {import("../types.js").Messages} */
export default {
  available: "新しいバージョン {version} があります。",
  rollback: "以前のバージョン {version} に戻りました。",
  countdown: "新しいバージョンが公開されました。まもなく再読み込みします。",
  unsaved: "新しいバージョンがあります。先に作業を保存してください。",
  waiting: "新しいバージョンはまだ届いていません。再試行を続けます。",
  reloading: "再読み込み中…",
  stuck: "新しいバージョンを読み込めませんでした。後でもう一度お試しください。",
  updated: "更新しました {version}",
  notes: "新着情報",
  refresh: "再読み込み",
  anyway: "破棄して再読み込み",
  later: "後で",
  close: "閉じる",
};
