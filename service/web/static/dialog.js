// Dialogs: <dialog id="recall"> is opened by <button data-opens="recall">, or at once if it is data-opened, and closed by
// any [data-closes] in it.

import { t } from "./words.js";

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens).showModal();
  const closer = event.target.closest("[data-closes]");
  if (closer) closer.closest("dialog").close();
});

document.querySelector("dialog[data-opened]")?.showModal();

/** What the form of the dialog of this id does. One that is refused stays open and says why. */
export function submits(id, act) {
  const form = document.querySelector(`#${id} form`);
  form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const error = form.querySelector(".error");
    error.textContent = "";
    try {
      await act(form);
    } catch (refused) {
      error.textContent = refused.message;
    }
  });
}

/** A dialog with this title and these parts, shown at once and gone when it is closed. */
export function dialog(title, ...parts) {
  const box = document.createElement("dialog");
  const head = document.createElement("h2");
  head.id = `title-${crypto.randomUUID?.() ?? Date.now()}`;
  head.textContent = title;
  box.setAttribute("aria-labelledby", head.id);
  const close = document.createElement("button");
  close.type = "button";
  close.className = "quiet close";
  close.dataset.closes = "";
  close.setAttribute("aria-label", t("Đóng"));
  close.textContent = "×";
  box.append(head, ...parts, close);
  box.addEventListener("close", () => box.remove());
  document.body.append(box);
  box.showModal();
  return box;
}

/** Asks; true when the answer is yes. */
export function confirmed(question, yes, { danger = false } = {}) {
  return new Promise((resolve) => {
    const actions = document.createElement("div");
    actions.className = "actions";
    const [no, go] = [document.createElement("button"), document.createElement("button")];
    no.type = go.type = "button";
    no.textContent = t("Không");
    no.dataset.closes = "";
    go.textContent = yes;
    go.className = danger ? "danger" : "primary";
    actions.append(go, no);
    const box = dialog(question, actions);
    let answer = false;
    go.addEventListener("click", () => {
      answer = true;
      box.close();
    });
    box.addEventListener("close", () => resolve(answer));
  });
}
