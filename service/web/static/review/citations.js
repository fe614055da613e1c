// The other documents that this one names, and why.

import { h } from "./dom.js";
import { sure } from "./fields.js";
import { control, dayControl, reasons } from "./control.js";
import { Items } from "./items.js";
import { day, t } from "../words.js";

const RELATIONS = {
  basis: () => t("căn cứ"),
  amends: () => t("sửa đổi, bổ sung"),
  replaces: () => t("thay thế"),
  mention: () => t("nhắc đến"),
};

export class Citations {
  constructor(desk) {
    this.desk = desk;
    this.list = new Items(desk, {
      kind: "citations",
      items: () => desk.store.record.citations,
      key: (_, n) => String(n),
      line: (citation, n) => [
        h("span.path", {}, RELATIONS[citation.relation]()),
        h("span.title", {}, h("bdi", {}, citation.text)),
        h("span.due", {}, day(citation.issued_on)),
        desk.doubts(`citations/${n}`).length ? h("span.badge.doubt", {}, "?", h("span.hidden", {}, t("cần xem"))) : null,
      ],
      editor: (citation, n) => this.#editor(citation, n),
      classes: (_, n) => [desk.doubts(`citations/${n}`).length ? "doubtful" : ""],
    });
  }

  #editor(citation, n) {
    const { desk } = this;
    const path = `citations/${n}`;
    const now = () => desk.store.record.citations[n] ?? citation;
    const put = (what, changes, spans) => {
      const value = [...desk.store.record.citations];
      value[n] = { ...now(), ...changes, ...sure(now(), spans) };
      desk.store.change(what, [{ unit: "citations", value }]);
    };
    const settle = () => desk.settle(path, () => put(t("Xác nhận"), {}));
    const why = reasons(desk.field(path), `citation-${n}-why`);
    const input = (part, label, main = false) => {
      const box = h("input", { type: "text", autocomplete: "off", id: `citation-${n}-${part}`, "aria-describedby": why?.id });
      control(desk, box, { path: main ? path : `${path}#${part}`, get: () => now()[part] ?? "", set: (words, spans) => (words || part !== "kind" ? put(label, { [part]: words || null }, spans) : false), settle });
      return h("div.field", {}, h("label", { for: box.id }, label), box);
    };
    const relation = h("select", { id: `citation-${n}-relation`, onchange: (event) => put(t("Quan hệ"), { relation: event.target.value }) },
      ...Object.entries(RELATIONS).map(([value, name]) => h("option", { value }, name())));
    relation.value = now().relation;
    return h(
      "div.editor.target",
      {},
      h("p.heading", {}, h("bdi", {}, now().text)),
      input("number", t("Số, ký hiệu"), true),
      input("kind", t("Loại văn bản")),
      h("div.field", {}, h("label", { for: `citation-${n}-day` }, t("Ngày ban hành")),
        dayControl(desk, { path: `${path}#issued_on`, id: `citation-${n}-day`, get: () => now().issued_on, set: (iso) => put(t("Ngày ban hành"), { issued_on: iso || null }), settle })),
      input("issuer", t("Cơ quan ban hành")),
      input("subject", t("Trích yếu")),
      h("div.field", {}, h("label", { for: relation.id }, t("Quan hệ")), relation),
      why,
      h("div.actions", {}, h("button.small.danger", { type: "button", onclick: () => desk.store.change(t("Xóa viện dẫn"), [{ unit: "citations", value: desk.store.record.citations.filter((_, k) => k !== n) }]) }, t("Xóa"))),
    );
  }
}
