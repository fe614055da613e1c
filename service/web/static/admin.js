// Administration: forms and buttons that name the call they make.
//
//   <form data-send="POST /v1/users" data-reveals="way-in">   its fields are the body; data-as: list, number, boolean, words
//   <button data-call="PATCH /v1/users/…" data-body='{"active": false}' data-match="3" data-confirm="…?">
//   <select data-change="PATCH …" data-field="role" data-match="3" data-confirm="…?">
//
// `data-match` is the version that was seen; `data-reveals` shows the secret of the answer, once; afterwards the page is drawn
// anew, or `data-then` is gone to.

import { call } from "./api.js";
import { confirmed, dialog } from "./dialog.js";
import { toast } from "./toast.js";
import { said, t } from "./words.js";

const REFRESH_EVERY = 5000; // milliseconds

function send({ dataset }, order, body) {
  const [method, path] = order.split(" ");
  return call(method, path, body, dataset.match ? { "If-Match": `"${dataset.match}"` } : {});
}

async function after({ dataset }, answer) {
  if (dataset.reveals) await reveal(dataset.reveals, answer, dataset.for ?? answer.user?.name);
  if (dataset.tells === "test") await told(answer);
  if (dataset.then) location.assign(dataset.then);
  else location.reload();
}

/** What is known now and never again. */
function reveal(kind, answer, name) {
  const secret = answer.secret ?? answer.invitation.secret;
  const texts = {
    "way-in": [t("Liên kết cho {name}", { name }), t("Gửi liên kết này cho người đó. Dùng một lần, trong 24 giờ; chỉ hiện lần này."), `${location.origin}/way-in?secret=${secret}`],
    token: [t("Mã truy cập"), t("Chép mã này vào chương trình. Mã chỉ hiện lần này."), secret],
    webhook: [t("Khóa ký"), t("Bên nhận dùng khóa này để kiểm tra chữ ký (Standard Webhooks). Khóa chỉ hiện lần này."), secret],
  };
  const [title, what, text] = texts[kind];
  const explained = document.createElement("p");
  explained.textContent = what;
  const label = document.createElement("label");
  const field = document.createElement("input");
  field.readOnly = true;
  field.value = text;
  field.setAttribute("aria-label", title);
  label.append(field);
  const actions = document.createElement("div");
  actions.className = "actions";
  const copy = document.createElement("button");
  copy.type = "button";
  copy.className = "primary";
  copy.textContent = t("Chép");
  copy.addEventListener("click", async () => {
    field.select();
    if (navigator.clipboard) await navigator.clipboard.writeText(text).catch(() => {});
    toast(navigator.clipboard ? t("Đã chép.") : t("Chữ đã được chọn; bấm Ctrl+C để chép."), { kind: "good" });
  });
  const done = document.createElement("button");
  done.type = "button";
  done.dataset.closes = "";
  done.textContent = t("Đã cất, đóng lại");
  actions.append(copy, done);
  const box = dialog(title, explained, label, actions);
  field.select();
  return new Promise((resolve) => box.addEventListener("close", resolve));
}

async function told(delivery) {
  const words = document.createElement("p");
  words.textContent = delivery.error ? said(delivery.error) : t("Bên nhận trả lời {status}.", { status: delivery.status });
  const box = dialog(delivery.state === "delivered" ? t("Gọi thử: đã đến") : t("Gọi thử: không đến"), words);
  await new Promise((resolve) => box.addEventListener("close", resolve));
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-call]");
  if (!button || button.ariaDisabled) return;
  const { call: order, body, confirm } = button.dataset;
  if (confirm && !(await confirmed(confirm, button.textContent, { danger: button.classList.contains("danger") }))) return;
  button.ariaDisabled = "true";
  try {
    await after(button, await send(button, order, body && JSON.parse(body)));
  } catch (refused) {
    toast(refused.message, { kind: "bad" });
    button.ariaDisabled = null;
  }
});

document.addEventListener("change", async ({ target }) => {
  const { change, field, confirm } = target.dataset;
  if (!change) return;
  const before = [...target.options].find((option) => option.defaultSelected).value;
  if (await confirmed(confirm, t("Đổi"))) {
    try {
      await after(target, await send(target, change, { [field]: target.value }));
      return;
    } catch (refused) {
      toast(refused.message, { kind: "bad" });
    }
  }
  target.value = before;
});

function contentOf(form) {
  const body = {};
  for (const field of form.elements) {
    if (!field.name) continue;
    const as = field.dataset.as;
    if (as === "list") body[field.name] = [...(body[field.name] ?? []), ...(field.checked ? [field.value] : [])];
    else if (as === "boolean") body[field.name] = field.checked;
    else if (as === "words") body[field.name] = field.value.split(",").map((word) => word.trim()).filter(Boolean);
    else if (field.type === "radio" && !field.checked) continue;
    else if (field.value !== "") body[field.name] = as === "number" ? Number(field.value) : field.value;
  }
  return body;
}

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("[data-send]");
  if (!form) return;
  event.preventDefault();
  const error = form.querySelector(".error");
  error.textContent = "";
  try {
    const answer = await send(form, form.dataset.send, contentOf(form));
    form.closest("dialog")?.close();
    await after(form, answer);
  } catch (refused) {
    error.textContent = refused.message;
  }
});

// What stands in numbers is looked at again and again; not while somebody is at work in it.

const live = document.querySelector("[data-refresh]");
if (live) {
  setInterval(async () => {
    const here = document.querySelector("[data-refresh]");
    if (document.hidden || here.contains(document.activeElement) || document.querySelector("dialog:modal")) return;
    const answer = await fetch(location.href).catch(() => null);
    if (!answer?.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const now = page.querySelector("[data-refresh]");
    if (now && !here.contains(document.activeElement) && now.innerHTML !== here.innerHTML) here.replaceWith(now);
  }, REFRESH_EVERY);
}
