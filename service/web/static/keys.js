// The keyboard map: one table that each page extends, shown on "?".
//
//   keys(t("Trang này"), [{ press: "n", says: t("Chọn tệp để nộp"), act: () => input.click() }]);
//
// `press` is written as people write it: "n", "?", "Alt+ArrowDown", "Ctrl+Enter". A key without Ctrl or Alt does nothing
// while somebody types, and can be switched off (WCAG 2.1.4). An entry without `act` is only shown.

import { dialog } from "./dialog.js";
import { t } from "./words.js";

const groups = [];
const OFF = "keys-off";

export function keys(group, entries) {
  const known = groups.find(({ name }) => name === group);
  if (known) known.entries.push(...entries);
  else groups.push({ name: group, entries: [...entries] });
}

const typing = (target) => target.closest?.("input:not([type=checkbox], [type=radio], [type=button]), textarea, select, [contenteditable]");

function pressed(event) {
  const parts = [];
  if (event.ctrlKey || event.metaKey) parts.push("Ctrl");
  if (event.altKey) parts.push("Alt");
  // A letter says by itself whether Shift was held; a named key does not.
  if (event.shiftKey && event.key.length > 1) parts.push("Shift");
  parts.push(event.key.length === 1 ? event.key.toLowerCase() : event.key);
  return parts.join("+");
}

addEventListener("keydown", (event) => {
  if (event.isComposing || event.defaultPrevented) return;
  const plain = !(event.ctrlKey || event.metaKey || event.altKey);
  if (plain && event.key !== "Escape" && (typing(event.target) || localStorage.getItem(OFF))) return;
  if (plain && document.querySelector("dialog:modal")) return;
  const press = pressed(event);
  for (const { entries } of groups) {
    const entry = entries.find((one) => one.act && [one.press].flat().includes(press));
    if (entry) {
      event.preventDefault();
      entry.act(event);
      return;
    }
  }
});

const SIGNS = { ArrowUp: "↑", ArrowDown: "↓", ArrowLeft: "←", ArrowRight: "→", " ": "␣" };

function written(press) {
  const place = document.createElement("span");
  press.split(/\+(?=.)/).forEach((part, n) => {
    const key = document.createElement("kbd");
    key.textContent = SIGNS[part] ?? (part.length === 1 ? part.toUpperCase() : part);
    if (n) place.append("+");
    place.append(key);
  });
  return place;
}

export function showKeys() {
  const tables = groups.map(({ name, entries }) => {
    const table = document.createElement("table");
    table.className = "keys";
    const caption = table.createCaption();
    caption.textContent = name;
    for (const { press, says } of entries) {
      const row = table.insertRow();
      const head = document.createElement("th");
      head.scope = "row";
      [press].flat().forEach((one, n) => head.append(...(n ? [" / "] : []), written(one)));
      row.append(head);
      row.insertCell().textContent = says;
    }
    return table;
  });
  const label = document.createElement("label");
  label.className = "check";
  const box = document.createElement("input");
  box.type = "checkbox";
  box.checked = !localStorage.getItem(OFF);
  box.addEventListener("change", () => (box.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "1")));
  label.append(box, " ", t("Dùng phím tắt một chữ"));
  const columns = document.createElement("div");
  columns.className = "columns";
  columns.append(...tables);
  return dialog(t("Phím tắt"), columns, label);
}
