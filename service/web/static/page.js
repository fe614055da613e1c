// What every page does: signing out, changing the language, dialogs, menus, and the keys that work everywhere.

import "./dialog.js";
import { keys, showKeys } from "./keys.js";
import { t } from "./words.js";

document.getElementById("sign-out")?.addEventListener("click", async () => {
  await fetch("/v1/session", { method: "DELETE" }).catch(() => {});
  location.assign("/sign-in");
});

const language = document.querySelector("[data-language]");
language.href += `&next=${encodeURIComponent(location.pathname + location.search)}`;

// An unfolded menu folds when somebody goes on elsewhere.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll(".menu[open]")) if (!menu.contains(event.target) || event.target.closest(".menu > div")) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector(".menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

for (const button of document.querySelectorAll("[data-keys]")) button.addEventListener("click", showKeys);

if (document.querySelector(".sections")) {
  keys(t("Ở mọi trang"), [
    { press: "?", says: t("Bảng phím tắt này"), act: showKeys },
    { press: "/", says: t("Đến ô tìm"), act: () => document.querySelector("[data-search]")?.focus() },
    { press: "v", says: t("Văn bản"), act: () => location.assign("/") },
    { press: "t", says: t("Nhiệm vụ"), act: () => location.assign("/tasks") },
  ]);
}

if (sessionStorage.getItem("tour") || location.search.startsWith("?tour=")) import("./tour.js");
