// One document: follows its reading, shows its pages, and does what is done to a document as a whole.

import { call } from "./api.js";
import { dialog, submits } from "./dialog.js";
import { keys } from "./keys.js";
import { toast } from "./toast.js";
import { t } from "./words.js";

const { id, job, live, number } = document.getElementById("document").dataset;
const LOOK_EVERY = 1000; // milliseconds

// Its reading: the page is drawn anew when it has ended, and only the line about it until then.

async function follow() {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
    const now = await call("GET", `/v1/jobs/${job}`).catch(() => null);
    if (!now) continue;
    if (!["queued", "running"].includes(now.state)) break;
    const bar = document.querySelector("#live progress");
    if (!bar && now.state === "running") break;
    if (bar && now.pages) {
      bar.max = now.pages;
      bar.value = now.page;
      bar.nextElementSibling.textContent = t("trang {page}/{pages}", { page: now.page, pages: now.pages });
    }
  }
  location.reload();
}
if (live === "true") follow();

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-do]");
  if (!button) return;
  try {
    if (button.dataset.do === "cancel") await call("POST", `/v1/jobs/${job}/cancel`);
    else await call("POST", `/v1/documents/${id}/jobs`);
    location.reload();
  } catch (refused) {
    toast(refused.message, { kind: "bad" });
  }
});

// Its pages, one at a time and large.

const sheets = [...document.querySelectorAll("#thumbnails [data-page]")].map((button) => Number(button.dataset.page));

function showPage(wanted) {
  let place = sheets.indexOf(wanted);
  const image = document.createElement("img");
  image.className = "page-image";
  const actions = document.createElement("div");
  actions.className = "actions";
  const where = document.createElement("span");
  where.setAttribute("role", "status");
  const button = (text, by) => {
    const one = document.createElement("button");
    one.type = "button";
    one.textContent = text;
    one.addEventListener("click", () => turn(by));
    return one;
  };
  const [back, on] = [button(t("Trang trước"), -1), button(t("Trang sau"), 1)];
  actions.append(back, where, on);
  const turn = (by) => {
    place = Math.min(Math.max(place + by, 0), sheets.length - 1);
    image.src = `/v1/documents/${id}/pages/${sheets[place]}/image`;
    image.alt = t("Ảnh trang {page}", { page: sheets[place] });
    where.textContent = t("trang {page}/{pages}", { page: sheets[place], pages: sheets.at(-1) });
    back.ariaDisabled = place === 0 ? "true" : null;
    on.ariaDisabled = place === sheets.length - 1 ? "true" : null;
  };
  turn(0);
  const box = dialog(t("Các trang"), actions, image);
  box.classList.add("large");
  box.addEventListener("keydown", ({ key }) => {
    if (key === "ArrowLeft") turn(-1);
    if (key === "ArrowRight") turn(1);
  });
}

document.getElementById("thumbnails")?.addEventListener("click", (event) => {
  const sheet = event.target.closest("[data-page]");
  if (sheet) showPage(Number(sheet.dataset.page));
});

// Its dialogs.

submits("recall", async (form) => {
  const given = new FormData(form);
  const by = given.get("by").trim();
  let replacement = null;
  if (by) {
    const { items } = await call("GET", `/v1/documents?number=${encodeURIComponent(by)}&withdrawn=false`);
    const others = items.filter((item) => item.id !== id);
    if (others.length !== 1) throw new Error(others.length ? t("Có nhiều văn bản số {number}.", { number: by }) : t("Không có văn bản số {number} ở đây.", { number: by }));
    replacement = others[0].id;
  }
  await call("POST", `/v1/documents/${id}/recall`, { why: given.get("why"), replaced_by: replacement });
  location.reload();
});

submits("replace", async (form) => {
  const given = new FormData(form);
  const file = given.get("file");
  const answer = await fetch(`/v1/documents?replaces=${id}&file_name=${encodeURIComponent(file.name)}`, { method: "POST", headers: { "Content-Type": "application/octet-stream" }, body: file });
  const content = await answer.json();
  if (!answer.ok) throw new Error(document.documentElement.lang === "en" ? content.detail_en : content.detail);
  location.assign(`/documents/${content.document.id}`);
});

submits("message", async (form) => {
  const given = new FormData(form);
  const query = new URLSearchParams({ sender: given.get("sender").trim() });
  for (const line of given.get("receiver").split("\n")) if (line.trim()) query.append("receiver", line.trim());
  const answer = await fetch(`/v1/documents/${id}/message.edxml?${query}`);
  if (!answer.ok) {
    const content = await answer.json();
    throw new Error(document.documentElement.lang === "en" ? content.detail_en : content.detail);
  }
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await answer.blob());
  link.download = `${(number || id).replaceAll("/", "-")}.edxml`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  document.getElementById("message").close();
});

const link = (selector) => () => document.querySelector(selector)?.click();
keys(t("Văn bản này"), [
  { press: "k", says: t("Kiểm tra cạnh ảnh trang"), act: link('.head a[href$="/review"]') },
  { press: "p", says: t("Phụ lục nhiệm vụ để in"), act: link('a[href$="/annex"]') },
]);
