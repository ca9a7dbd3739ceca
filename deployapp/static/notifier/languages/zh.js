/** Chinese, simplified. @type {import("../types.js").Messages} */
export default {
  available: "新版本 {version} 已可用。",
  rollback: "已恢复到之前的版本 {version}。",
  countdown: "新版本已上线，页面即将刷新。",
  unsaved: "新版本已就绪，请先保存您的工作。",
  waiting: "新版本尚未就绪，页面会继续尝试。",
  reloading: "正在刷新…",
  stuck: "新版本未能加载，请稍后再试。",
  updated: "已更新 {至 version}",
  notes: "更新内容",
  refresh: "刷新",
  anyway: "放弃并刷新",
  later: "稍后",
  close: "关闭",
};
