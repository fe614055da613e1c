// Targets as a table: what is measured, how much, until when; parts stand below what they are part of.

import { h } from "./dom.js";
import { sure } from "./fields.js";
import { control, reasons } from "./control.js";
import { Items } from "./items.js";
import { day, t } from "../words.js";

const COMPARATORS = { "=": "=", ">=": "≥", "<=": "≤", ">": ">", "<": "<", "~": "≈" };
const CHANGES = { level: () => t("mức đạt"), increase: () => t("tăng"), decrease: () => t("giảm") };

/** "89490.478" as "89.490,478". */
export function amount(value) {
  if (!value) return "";
  const [whole, fraction] = value.split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ".");
  return fraction ? `${grouped},${fraction}` : grouped;
}

/** "89.490,478" or "14,5" as a decimal string; null for what is no number. */
export function decimal(text) {
  const words = text.trim().replace(/\s/g, "");
  const grouped = /^-?\d{1,3}(\.\d{3})+(,\d+)?$/.test(words) || words.includes(",");
  const plain = grouped ? words.replaceAll(".", "").replace(",", ".") : words;
  return /^-?\d+(\.\d+)?$/.test(plain) ? plain : null;
}

const periodText = (period) => {
  if (!period) return "";
  const { start, end } = period;
  const year = (iso) => iso?.slice(0, 4);
  const whole = (!start || start.endsWith("-01-01")) && (!end || end.endsWith("-12-31"));
  if (whole && start && end) return year(start) === year(end) ? year(start) : `${year(start)}–${year(end)}`;
  if (whole && end) return `≤ ${year(end)}`;
  return [day(start), day(end)].join("–");
};

/** "2021", "2021–2025", "đến 2025", "≤ 2025": the years from and until; null for what is none, undefined for nothing. */
function period(text) {
  const words = text.trim().toLowerCase();
  if (!words) return undefined;
  const years = words.match(/\d{4}/g);
  if (!years || years.length > 2 || /\d{5}/.test(words)) return null;
  const [first, second] = years;
  if (second) return { start: `${first}-01-01`, end: `${second}-12-31` };
  return { start: /^(đến|≤|<|den|to|by)/.test(words) ? null : `${first}-01-01`, end: `${first}-12-31` };
}

export class Targets {
  constructor(desk) {
    this.desk = desk;
    this.list = new Items(desk, {
      kind: "targets",
      items: () => ordered(desk.store.record.targets),
      key: (target) => target.id,
      line: (target) => this.#line(target),
      editor: (target) => this.#editor(target),
      classes: (target) => [target.parent_id ? "child" : "", desk.doubts(`targets/${target.id}`).length ? "doubtful" : ""],
    });
  }

  #line(target) {
    const task = this.desk.store.record.tasks.find((one) => one.id === target.task_id);
    const figure = [COMPARATORS[target.comparator], CHANGES[target.change]().replace(CHANGES.level(), ""), amount(target.value) + (target.value_max ? `–${amount(target.value_max)}` : ""), target.unit, target.per ? `/${target.per}` : ""];
    return [
      h("span.path", {}, task ? task.path.join(".") : ""),
      h("span.title", {}, h("bdi", {}, target.indicator)),
      h("span.figure", {}, figure.filter((part) => part && part !== "=").join(" ")),
      h("span.due", {}, periodText(target.period)),
      this.desk.doubts(`targets/${target.id}`).length ? h("span.badge.doubt", {}, "?", h("span.hidden", {}, t("cần xem"))) : null,
    ];
  }

  #editor(target) {
    const { desk } = this;
    const unit = `targets/${target.id}`;
    const now = () => desk.store.record.targets.find((one) => one.id === target.id) ?? target;
    const put = (what, changes, spans) => desk.store.change(what, [{ unit, value: { ...now(), ...changes, ...sure(now(), spans) } }]);
    const settle = () => desk.settle(unit, () => put(t("Xác nhận"), {}));
    const why = reasons(desk.field(unit), `${target.id}-why`);
    const input = (part, label, { get = () => now()[part] ?? "", set, main = false, size = 12 } = {}) => {
      const box = h("input", { type: "text", autocomplete: "off", id: `${target.id}-${part}`, size, "aria-describedby": why?.id });
      control(desk, box, { path: main ? unit : `${unit}#${part}`, get, set: set ?? ((words, spans) => put(label, { [part]: words || null }, spans)), settle });
      return h("div.field", {}, h("label", { for: box.id }, label), box);
    };
    const choice = (part, label, options) => {
      const box = h("select", { id: `${target.id}-${part}`, onchange: (event) => put(label, { [part]: event.target.value || null }) },
        ...options.map(([value, name]) => h("option", { value }, name)));
      box.value = now()[part] ?? "";
      return h("div.field", {}, h("label", { for: box.id }, label), box);
    };
    const figure = (part, label, needed) => input(part, label, {
      get: () => amount(now()[part]), main: part === "value",
      set: (words, spans) => {
        if (!words && !needed) return put(label, { [part]: null }, spans);
        const value = decimal(words);
        return value === null ? false : put(label, { [part]: value }, spans);
      },
    });
    const { tasks, targets } = desk.store.record;
    return h(
      "div.editor.target",
      {},
      h("p.heading", {}, h("bdi", {}, now().text)),
      input("indicator", t("Chỉ tiêu"), { size: 40, set: (words, spans) => (words ? put(t("Chỉ tiêu"), { indicator: words }, spans) : false) }),
      choice("comparator", t("So sánh"), Object.entries(COMPARATORS)),
      figure("value", t("Giá trị"), true),
      figure("value_max", t("đến (khoảng)"), false),
      input("unit", t("Đơn vị")),
      choice("change", t("Kiểu"), Object.entries(CHANGES).map(([code, name]) => [code, name()])),
      input("period", t("Thời kỳ"), {
        get: () => periodText(now().period),
        set: (words) => {
          const value = period(words);
          return value === null ? false : put(t("Thời kỳ"), { period: value ?? null });
        },
      }),
      input("per", t("Trên mỗi")),
      input("of", t("Trong tổng")),
      input("baseline", t("So với")),
      choice("task_id", t("Thuộc nhiệm vụ"), [["", "—"], ...tasks.map((task) => [task.id, `${task.path.join(".")} ${task.title.slice(0, 60)}`])]),
      choice("parent_id", t("Là phần của"), [["", "—"], ...targets.filter((one) => one.id !== target.id && !one.parent_id).map((one) => [one.id, one.indicator.slice(0, 60)])]),
      why,
      h("div.actions", {}, h("button.small", { type: "button", onclick: () => this.add(target.id) }, t("Thêm chỉ tiêu con")),
        h("button.small.danger", { type: "button", title: "Alt+X", onclick: () => this.remove(target.id) }, t("Xóa"))),
    );
  }

  add(parent = null, task = null) {
    const made = {
      id: crypto.randomUUID(), task_id: task, indicator: t("Chỉ tiêu mới"), comparator: "=", value: "0", value_max: null, unit: null, per: null,
      period: null, change: "level", baseline: null, of: null, parent_id: parent, text: "", spans: [], confidence: 1, inferred: false,
    };
    this.desk.store.change(t("Thêm chỉ tiêu"), [{ unit: `targets/${made.id}`, value: made, after: parent ?? undefined }]);
    this.desk.focus(`targets/${made.id}#indicator`);
  }

  remove(id) {
    this.desk.store.change(t("Xóa chỉ tiêu"), [
      ...this.desk.store.record.targets.filter((one) => one.parent_id === id).map((one) => ({ unit: `targets/${one.id}`, value: { ...one, parent_id: null } })),
      { unit: `targets/${id}`, value: null },
    ]);
  }
}

/** Parts behind what they are part of. */
function ordered(targets) {
  const ids = new Set(targets.map((target) => target.id));
  const parts = (id) => targets.filter((target) => target.parent_id === id);
  return targets.filter((target) => !ids.has(target.parent_id)).flatMap((target) => [target, ...parts(target.id)]);
}

