// A list of which one item is open for correction: tasks, targets, citations. Closed items are one line each, so that a plan
// of 300 tasks is as quick to work in as one of three.

import { h } from "./dom.js";

export class Items {
  #rows = new Map();

  /**
   * key(item, n); line(item, n): the children of its closed line; editor(item, n): the element that corrects it;
   * classes(item, n): further classes of its row.
   */
  constructor(desk, { kind, items, key, line, editor, classes }) {
    Object.assign(this, { desk, kind, items, key, line, editor, classes });
    this.opened = null;
    this.list = h("ol.items", { "data-kind": kind });
    this.draw();
  }

  draw() {
    const rows = new Map();
    this.items().forEach((item, n) => {
      const key = this.key(item, n);
      rows.set(key, this.#rows.get(key) ?? h("li", { "data-key": key }));
    });
    for (const [key, row] of this.#rows) if (!rows.has(key)) row.remove();
    this.#rows = rows;
    // Only rows that stand elsewhere now are moved: a browser lays out anew whatever is moved.
    let next = this.list.firstElementChild;
    for (const row of rows.values()) {
      if (row === next) next = next.nextElementSibling;
      else this.list.insertBefore(row, next);
    }
    this.items().forEach((item, n) => this.#fill(item, n));
    if (this.opened !== null && !rows.has(this.opened)) this.opened = null;
  }

  /** Bring one item up to date. The input that a person is in stays under their hands. */
  refresh(key) {
    if (!this.#rows.has(key)) return this.draw(); // it was made a moment ago
    const n = this.items().findIndex((item, k) => this.key(item, k) === key);
    if (n >= 0) this.#fill(this.items()[n], n);
  }

  open(key) {
    if (this.opened === key) return;
    const before = this.opened;
    this.opened = key;
    if (before !== null) this.refresh(before);
    if (key !== null) this.refresh(key);
  }

  #fill(item, n) {
    const key = this.key(item, n);
    const row = this.#rows.get(key);
    const open = key === this.opened;
    const classes = ["item", open ? "open" : "", ...this.classes(item, n)].filter(Boolean).join(" ");
    if (row.className !== classes) row.className = classes;
    let head = row.querySelector(":scope > .line");
    if (!head) {
      head = h("button.line", { type: "button", onclick: () => this.#toggle(key) });
      row.append(head);
    }
    const line = head.cloneNode(false);
    line.setAttribute("aria-expanded", String(open));
    line.append(...this.line(item, n).filter(Boolean));
    if (!line.isEqualNode(head)) {
      head.setAttribute("aria-expanded", String(open));
      head.replaceChildren(...line.childNodes);
    }
    const old = row.querySelector(":scope > .editor");
    if (!open) {
      old?.remove();
      return;
    }
    const active = old?.contains(document.activeElement) ? document.activeElement : null;
    const at = active?.dataset.path;
    const editor = this.editor(item, n);
    if (old) {
      // Removing the focused input must not look as if the person had left it.
      const caret = active && "selectionStart" in active ? [active.selectionStart, active.selectionEnd] : null;
      if (active) active.dataset.waits = "1";
      old.replaceWith(editor);
      const again = at && editor.querySelector(`[data-path="${CSS.escape(at)}"]`);
      if (!again) return;
      again.focus({ preventScroll: true });
      if (active.value !== active.dataset.shown) again.value = active.value; // what is being typed
      if (caret && again.setSelectionRange) again.setSelectionRange(...caret);
    } else row.append(editor);
  }

  #toggle(key) {
    this.desk.open(this.kind, this.opened === key ? null : key);
  }
}
