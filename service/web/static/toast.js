// Short words about what has happened, at the edge of the page. Screen readers say them.

import { t } from "./words.js";

const place = document.getElementById("toasts");
const SECONDS = 6;

/** kind: "good", "bad" or none; `stays`: until it is closed; `id`: takes the place of an earlier one of the same id. */
export function toast(text, { kind = "", stays = false, action = null, id = "" } = {}) {
  if (id) document.getElementById(`toast-${id}`)?.remove();
  const box = document.createElement("div");
  box.className = `toast ${kind}`;
  if (id) box.id = `toast-${id}`;
  const words = document.createElement("p");
  words.textContent = text;
  box.append(words);
  if (action) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "small";
    button.textContent = action.text;
    button.addEventListener("click", () => {
      box.remove();
      action.act();
    });
    box.append(button);
  }
  const close = document.createElement("button");
  close.type = "button";
  close.className = "quiet small";
  close.setAttribute("aria-label", t("Đóng thông báo"));
  close.textContent = "×";
  close.addEventListener("click", () => box.remove());
  box.append(close);
  place.append(box);
  // A modal dialog lies above everything else: what is said meanwhile has to lie above it.
  place.popover = "manual";
  if (place.matches(":popover-open")) place.hidePopover();
  place.showPopover();
  // Not gone while somebody reads it or is about to press its button.
  const leave = () => (box.matches(":hover, :focus-within") ? setTimeout(leave, 1000) : box.remove());
  if (!stays) setTimeout(leave, SECONDS * 1000);
  return box;
}
