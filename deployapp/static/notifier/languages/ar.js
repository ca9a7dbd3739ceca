/** Arabic. @type {import("../types.js").Messages} */
export default {
  available: "يتوفر إصدار جديد {version}.",
  rollback: "عاد الإصدار السابق {version} إلى العمل.",
  countdown: "صدر إصدار جديد. ستُحدَّث هذه الصفحة قريبًا.",
  unsaved: "الإصدار الجديد جاهز. احفظ عملك أولًا.",
  waiting: "لم يصل الإصدار الجديد بعد. تستمر الصفحة في المحاولة.",
  reloading: "جارٍ التحديث…",
  stuck: "تعذّر تحميل الإصدار الجديد. حاول لاحقًا.",
  updated: "تم التحديث {إلى version}",
  notes: "ما الجديد",
  refresh: "تحديث",
  anyway: "تجاهل وتحديث",
  later: "لاحقًا",
  close: "إغلاق",
};
