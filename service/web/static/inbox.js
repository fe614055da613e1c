// The inbox: the list keeps itself up to date, rows have their actions, files are handed in.

import { call } from "./api.js";
import { keys } from "./keys.js";
import { watchFiles } from "./outbox.js";
import { toast } from "./toast.js";
import { t } from "./words.js";

const BUSY = 1000; // milliseconds between looks while something is being read or sent
const IDLE = 15_000;

const news = document.getElementById("news");
const drawn = new Map(); // what the server last said of each row, by key; of the whole under ""

const parts = (list) => [list, ...list.querySelectorAll("[data-key]")].map((part) => [part.dataset.key ?? "", part.outerHTML]);

class Away extends Error {}

async function fetched() {
  const answer = await fetch(`/inbox/list${location.search}`, { cache: "no-cache" }).catch(() => null);
  const text = answer?.ok && !answer.redirected && (await answer.text().catch(() => ""));
  if (!text) throw new Away();
  return text;
}

/** The list as the server sees it now; what has not changed is left alone, with its focus. One answer for all rows. */
export async function refresh() {
  const page = new DOMParser().parseFromString(await fetched(), "text/html");
  const [old, now] = [document.getElementById("list"), page.getElementById("list")];
  if (drawn.get("") === now.outerHTML) return;
  const shown = parts(now);
  tell(old, now);
  const rows = (list) => list.querySelector("tbody");
  if (!rows(old) || !rows(now)) {
    old.replaceWith(now);
  } else {
    old.dataset.working = now.dataset.working;
    const known = new Map([...old.querySelectorAll("[data-key]")].map((part) => [part.dataset.key, part]));
    for (const part of now.querySelectorAll("[data-key]:not(tr)")) {
      if (known.has(part.dataset.key) && changed(part)) swap(known.get(part.dataset.key), part);
    }
    let place = rows(old).firstElementChild;
    for (const row of [...rows(now).children]) {
      const here = known.get(row.dataset.key) ?? row;
      known.delete(row.dataset.key);
      if (here === place) place = place.nextElementSibling;
      else rows(old).insertBefore(here, place);
      if (here !== row && changed(row)) swap(here, row);
    }
    for (const gone of known.values()) if (gone.matches("tr")) gone.remove();
  }
  drawn.clear();
  for (const part of shown) drawn.set(...part);
}

const changed = (part) => drawn.get(part.dataset.key) !== part.outerHTML;
const STOPS = "a, button";

function swap(old, now) {
  const stop = [...old.querySelectorAll(STOPS)].indexOf(document.activeElement);
  old.replaceWith(now);
  if (stop >= 0) (now.querySelectorAll(STOPS)[stop] ?? now.querySelector(STOPS))?.focus();
}

/** Says what has come to an end, for those who do not see it. */
function tell(old, now) {
  const words = [];
  for (const row of now.querySelectorAll("tr[data-key]")) {
    const before = old.querySelector(`tr[data-key="${row.dataset.key}"]`)?.dataset.state;
    if (before !== "queued" && before !== "running") continue;
    const name = row.dataset.title;
    if (["succeeded", "partial"].includes(row.dataset.state)) words.push(t("Đã đọc xong {name}.", { name }));
    if (row.dataset.state === "failed") words.push(t("Không đọc được {name}.", { name }));
  }
  if (words.length) news.textContent = words.join(" ");
}

let timer;
let away = false;
let looking = null;

/** Looks now, then as often as there is something to see. Whoever asks while a look is under way gets the one after it. */
export async function look() {
  while (looking) await looking;
  looking = once();
  await looking;
}

async function once() {
  clearTimeout(timer);
  try {
    if (!document.hidden) await refresh();
    if (away) toast(t("Đã kết nối lại."), { kind: "good", id: "away" });
    away = false;
  } catch (error) {
    if (!(error instanceof Away)) throw error;
    if (!away) toast(t("Mất kết nối với dịch vụ; đang thử lại."), { kind: "bad", stays: true, id: "away" });
    away = true;
  } finally {
    looking = null;
    const busy = Number(document.getElementById("list").dataset.working) > 0;
    timer = setTimeout(look, busy && !document.hidden ? BUSY : IDLE);
  }
}

document.addEventListener("visibilitychange", () => document.hidden || look());

document.addEventListener("click", async (event) => {
  const button = event.target.closest("#list [data-do]");
  if (!button || button.ariaDisabled) return;
  button.ariaDisabled = "true"; // a button that is disabled outright would lose the focus
  const { job, document: id } = button.dataset;
  try {
    await call("POST", button.dataset.do === "cancel" ? `/v1/jobs/${job}/cancel` : `/v1/documents/${id}/jobs`);
  } catch (refused) {
    toast(refused.message, { kind: "bad" });
    button.ariaDisabled = null;
  }
  await look();
});

document.querySelector("#find select").addEventListener("change", (event) => event.target.form.requestSubmit());

const rows = () => [...document.querySelectorAll("#list .title a")];
function step(by) {
  const all = rows();
  const here = all.findIndex((link) => link.closest("tr").contains(document.activeElement));
  all[here < 0 ? 0 : Math.min(Math.max(here + by, 0), all.length - 1)]?.focus();
}

keys(t("Danh sách văn bản"), [
  { press: "k", says: t("Kiểm tra văn bản tiếp theo"), act: () => document.getElementById("next")?.click() },
  { press: "n", says: t("Chọn tệp để nộp"), act: () => document.querySelector("[data-pick=files]")?.click() },
  { press: "ArrowDown", says: t("Xuống một dòng"), act: () => step(1) },
  { press: "ArrowUp", says: t("Lên một dòng"), act: () => step(-1) },
  { press: "Enter", says: t("Mở văn bản của dòng") },
]);

for (const part of parts(document.getElementById("list"))) drawn.set(...part);
if (document.getElementById("drop")) watchFiles(look);
look();
