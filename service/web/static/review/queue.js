// What has to be looked at, the whole of it: each doubtful field with its reason in plain words.

import { h } from "./dom.js";
import { t } from "../words.js";

/** The section; `draw(fields)` shows the doubtful ones. */
export function queueSection(desk) {
  const title = h("h2", { id: "queue-title" });
  const list = h("ol.queue");
  const done = h("p.done", {}, t("Không còn chỗ nào máy thấy nghi ngờ. Đọc lướt lại rồi duyệt."));
  const notes = h("ul.notes");
  const section = h("section.doubts", { "aria-labelledby": "queue-title" }, title, notes, list, done);
  const draw = (doubtful, general) => {
    title.textContent = doubtful.length ? t("Cần xem lại: {count} chỗ", { count: doubtful.length }) : t("Đã xem hết");
    done.hidden = doubtful.length > 0;
    notes.replaceChildren(...general.map((words) => h("li", {}, words)));
    list.replaceChildren(
      ...doubtful.map((field) =>
        h("li", {}, h("button", { type: "button", onclick: () => desk.focus(field.path) },
          h("b", {}, field.label), " ", h("bdi", {}, String(field.value ?? "") || t("(trống)")), h("small", {}, field.reasons.join(" "))))),
    );
  };
  return { section, draw };
}
