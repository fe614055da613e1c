// Tasks as a tree: what is to be done, by whom, by when; split, merge, move, add, delete.

import { h } from "./dom.js";
import { ROLES, sure } from "./fields.js";
import { control, reasons } from "./control.js";
import { agencyControl } from "./agency.js";
import { deadlineControl } from "./deadline.js";
import { Items } from "./items.js";
import { toast } from "../toast.js";
import { day, t } from "../words.js";

const LONGEST_TITLE = 120;
const SOURCES = {
  explicit: () => "",
  heading: () => t("theo đề mục"),
  addressees: () => t("suy ra từ phần mở đầu"),
};

const short = (text) => {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length <= LONGEST_TITLE ? line : `${line.slice(0, LONGEST_TITLE - 1).trimEnd()}…`;
};

/** The list, and what can be done with its tasks. */
export class Tasks {
  #blank = new Map(); // task id to a new assignment or deadline that has no value yet

  constructor(desk) {
    this.desk = desk;
    this.list = new Items(desk, {
      kind: "tasks",
      items: () => desk.store.record.tasks,
      key: (task) => task.id,
      line: (task) => this.#line(task),
      editor: (task) => this.#editor(task),
      classes: (task) => [`depth-${Math.min(task.path.length, 6)}`, desk.doubts(`tasks/${task.id}`).length ? "doubtful" : ""],
    });
  }

  #line(task) {
    const doubts = this.desk.doubts(`tasks/${task.id}`).length;
    const leads = task.assignments.filter((who) => who.role === "lead");
    const due = task.deadlines.find((when) => when.due)?.due;
    const inherited = leads.length && leads.every((who) => who.source !== "explicit");
    return [
      h("span.path", {}, task.path.join(".")),
      h("span.title", {}, h("bdi", {}, task.title || t("(chưa có tên)"))),
      h("span.leads", {}, h("bdi", {}, leads.map((who) => who.agency).join("; ") || "—"), inherited ? h("small.inherited", {}, ` ↑ ${SOURCES[leads[0].source]()}`) : null),
      h("span.due", {}, due ? day(due) : (task.deadlines[0]?.text ?? "")),
      doubts ? h("span.badge.doubt", { title: t("{count} chỗ cần xem", { count: doubts }) }, String(doubts), h("span.hidden", {}, t("chỗ cần xem"))) : null,
    ];
  }

  #change(id, what, changes) {
    const task = this.desk.store.record.tasks.find((one) => one.id === id);
    this.desk.store.change(what, [{ unit: `tasks/${id}`, value: { ...task, ...changes } }]);
  }

  #editor(task) {
    const { desk } = this;
    const unit = `tasks/${task.id}`;
    const now = () => desk.store.record.tasks.find((one) => one.id === task.id) ?? task;
    const own = desk.field(unit);
    const why = reasons(own, `${task.id}-why`);
    const settle = () => desk.settle(unit, () => this.#change(task.id, t("Xác nhận"), { ...sure(now()) }));

    const title = h("input", { type: "text", maxlength: LONGEST_TITLE, autocomplete: "off", id: `${task.id}-title` });
    control(desk, title, {
      path: `${unit}#title`,
      get: () => now().title,
      set: (words) => (words ? this.#change(task.id, t("Tên nhiệm vụ"), { title: short(words), ...sure(now()) }) : false),
      settle,
    });
    const text = h("textarea.text", { rows: 3, id: `${task.id}-text`, "aria-describedby": why?.id });
    control(desk, text, {
      path: unit,
      get: () => now().text,
      set: (words, spans) => {
        if (!words) return false;
        // A title that was made of the old words follows them.
        const follows = now().text.startsWith(now().title.replace(/…$/, "").trimEnd());
        return this.#change(task.id, t("Nội dung"), { text: words, title: follows ? short(words) : now().title, ...sure(now(), spans) });
      },
      settle,
    });
    const path = h("input.path", { type: "text", id: `${task.id}-path`, autocomplete: "off" });
    control(desk, path, {
      path: `${unit}#path`,
      get: () => now().path.join(" / "),
      set: (words) => {
        const parts = words.split("/").map((part) => part.trim()).filter(Boolean);
        return parts.length ? this.#change(task.id, t("Mục"), { path: parts }) : false;
      },
      settle,
    });
    const button = (name, key, act, kind = "") => h(`button.small${kind}`, { type: "button", title: `${name} (${key})`, onclick: act }, name);
    return h(
      "div.editor",
      {},
      now().heading ? h("p.heading", {}, h("bdi", {}, now().heading)) : null,
      h("div.field.text", {}, h("label", { for: text.id }, t("Nội dung nhiệm vụ")), text, why),
      h("div.pair", {}, h("div.field", {}, h("label", { for: title.id }, t("Tên ngắn")), title), h("div.field.narrow", {}, h("label", { for: path.id }, t("Mục")), path)),
      this.#assignments(task, unit, now),
      this.#deadlines(task, unit, now),
      h(
        "div.actions",
        {},
        button(t("Tách tại con trỏ"), "Alt+S", () => this.split(task.id, this.caret ?? text.value.length)),
        button(t("Gộp vào mục trên"), "Alt+M", () => this.merge(task.id)),
        button("↑", "Alt+Shift+ArrowUp", () => this.move(task.id, -1)),
        button("↓", "Alt+Shift+ArrowDown", () => this.move(task.id, 1)),
        button(t("Thêm nhiệm vụ"), "Alt+A", () => this.add(task.id)),
        button(t("Xóa"), "Alt+X", () => this.remove(task.id), ".danger"),
      ),
    );
  }

  #assignments(task, unit, now) {
    const { desk } = this;
    const blank = this.#blank.get(`${task.id}/assignments`);
    const all = blank ? [...now().assignments, blank] : now().assignments;
    const rows = all.map((who, n) => {
      const path = `${unit}/assignments/${n}`;
      const at = () => now().assignments[n];
      const why = reasons(desk.field(path), `${task.id}-a${n}-why`);
      const put = (what, value) => {
        const list = [...now().assignments];
        if (value === null) list.splice(n, 1);
        else list[n] = value;
        this.#blank.delete(`${task.id}/assignments`);
        this.#change(task.id, what, { assignments: list });
      };
      // Whom the opening or a heading names is named for many tasks at once, and can be confirmed at once.
      const inherited = who.source === "explicit" ? [] : this.#alike(who);
      const role = h(
        "select",
        { "aria-label": t("Vai trò"), onchange: (event) => (at() ? put(t("Vai trò"), { ...at(), role: event.target.value, ...sure(at()) }) : (blank.role = event.target.value)) },
        ...Object.entries(ROLES).map(([code, name]) => h("option", { value: code, selected: who.role === code }, name())),
      );
      role.value = who.role;
      const box = agencyControl(desk, {
        path,
        label: t("Cơ quan"),
        describedby: why?.id,
        get: () => at() ?? null,
        set: (chosen, spans) => {
          if (!chosen) return at() ? put(t("Bỏ cơ quan"), null) : undefined;
          const old = at() ?? { ...blank };
          return put(t("Cơ quan"), {
            ...old, agency: chosen.agency, agency_id: chosen.agency_id ?? null, as_written: chosen.as_written ?? old.as_written ?? null,
            source: "explicit", successor: null, ...sure(old, spans), inferred: false,
          });
        },
        settle: () => desk.settle(path, () => at() && put(t("Xác nhận"), { ...at(), confidence: 1 })),
        settleAll: inherited.length > 1 ? () => this.#settleAll(who) : null,
      });
      const all_alike = why && inherited.length > 1
        ? h("button.small.alike", { type: "button", title: "Shift+Enter", onclick: () => (this.#settleAll(who), desk.nextDoubt(path)) }, t("Đúng cho cả {count} nhiệm vụ", { count: inherited.length }))
        : null;
      const note = who.source === "explicit" ? null : h("small.inherited", {}, `↑ ${SOURCES[who.source]()}`);
      const off = h("button.quiet.small", { type: "button", "aria-label": t("Bỏ {name}", { name: who.agency }), onclick: () => put(t("Bỏ cơ quan"), null) }, "×");
      return h(`div.row${why ? ".doubtful" : ""}`, {}, role, box, off, note, why, all_alike);
    });
    return h("fieldset", {}, h("legend", {}, t("Cơ quan")), ...rows,
      h("button.quiet.small", { type: "button", title: "Alt+G", onclick: () => this.addAgency(task.id) }, t("+ Cơ quan")));
  }

  #alike({ source, role, agency }) {
    const same = (who) => who.source === source && who.role === role && who.agency === agency && who.confidence < 1;
    return this.desk.store.record.tasks.filter((task) => task.assignments.some(same));
  }

  #settleAll({ source, role, agency }) {
    const sureOf = (who) => (who.source === source && who.role === role && who.agency === agency ? { ...who, confidence: 1 } : who);
    this.desk.store.change(
      t("Xác nhận {name}", { name: agency }),
      this.#alike({ source, role, agency }).map((task) => ({ unit: `tasks/${task.id}`, value: { ...task, assignments: task.assignments.map(sureOf) } })),
    );
  }

  #deadlines(task, unit, now) {
    const { desk } = this;
    const blank = this.#blank.get(`${task.id}/deadlines`);
    const all = blank ? [...now().deadlines, blank] : now().deadlines;
    const rows = all.map((when, n) => {
      const path = `${unit}/deadlines/${n}`;
      const at = () => now().deadlines[n] ?? null;
      const why = reasons(desk.field(path), `${task.id}-d${n}-why`);
      const put = (what, value) => {
        const list = [...now().deadlines];
        if (value === null) list.splice(n, 1);
        else list[n] = value;
        this.#blank.delete(`${task.id}/deadlines`);
        this.#change(task.id, what, { deadlines: list });
      };
      const box = deadlineControl(desk, {
        path, label: t("Thời hạn"), describedby: why?.id, get: at,
        set: (value) => (value === null && !at() ? undefined : put(value ? t("Thời hạn") : t("Bỏ thời hạn"), value)),
        settle: () => desk.settle(path, () => at() && put(t("Xác nhận"), { ...at(), confidence: 1 })),
      });
      const off = h("button.quiet.small", { type: "button", "aria-label": t("Bỏ thời hạn {text}", { text: when.text ?? "" }), onclick: () => put(t("Bỏ thời hạn"), null) }, "×");
      return h(`div.row${why ? ".doubtful" : ""}`, {}, box, off, why);
    });
    return h("fieldset", {}, h("legend", {}, t("Thời hạn")), ...rows,
      h("button.quiet.small", { type: "button", title: "Alt+H", onclick: () => this.addDeadline(task.id) }, t("+ Thời hạn")));
  }

  // What the keys and buttons do; `id` is the task that is open.

  addAgency(id) {
    const task = this.desk.store.record.tasks.find((one) => one.id === id);
    const role = task.assignments.some((who) => who.role === "lead") ? "coordinate" : "lead";
    this.#blank.set(`${id}/assignments`, { role, agency: "", agency_id: null, as_written: null, source: "explicit", spans: [], confidence: 1, inferred: false, successor: null });
    this.list.refresh(id);
    this.desk.focus(`tasks/${id}/assignments/${task.assignments.length}`);
  }

  addDeadline(id) {
    const task = this.desk.store.record.tasks.find((one) => one.id === id);
    this.#blank.set(`${id}/deadlines`, { text: "" });
    this.list.refresh(id);
    this.desk.focus(`tasks/${id}/deadlines/${task.deadlines.length}`);
  }

  async split(id, caret) {
    await this.desk.commit();
    const task = this.desk.store.record.tasks.find((one) => one.id === id);
    const [first, second] = [task.text.slice(0, caret).trim(), task.text.slice(caret).trim()];
    if (!first || !second) {
      toast(t("Đặt con trỏ vào chỗ cần tách trong ô nội dung."));
      this.desk.focus(`tasks/${id}`);
      return;
    }
    const other = { ...task, id: crypto.randomUUID(), text: second, title: short(second), ...sure(task) };
    this.desk.store.change(t("Tách nhiệm vụ"), [
      { unit: `tasks/${id}`, value: { ...task, text: first, title: short(first), ...sure(task) } },
      { unit: `tasks/${other.id}`, value: other, after: id },
    ]);
    this.desk.focus(`tasks/${other.id}`);
  }

  async merge(id) {
    await this.desk.commit();
    const { tasks, targets } = this.desk.store.record;
    const n = tasks.findIndex((one) => one.id === id);
    if (n < 1) return;
    const [upper, lower] = [tasks[n - 1], tasks[n]];
    const both = (name, key) => [...upper[name], ...lower[name].filter((one) => !upper[name].some((known) => key(known) === key(one)))];
    const text = `${upper.text} ${lower.text}`.trim();
    this.desk.store.change(t("Gộp nhiệm vụ"), [
      {
        unit: `tasks/${upper.id}`,
        value: {
          ...upper, text, title: upper.title || short(text),
          assignments: both("assignments", (who) => `${who.role} ${who.agency}`), deadlines: both("deadlines", (when) => when.text),
          ...sure(upper, [...upper.spans, ...lower.spans]),
        },
      },
      ...targets.filter((target) => target.task_id === id).map((target) => ({ unit: `targets/${target.id}`, value: { ...target, task_id: upper.id } })),
      { unit: `tasks/${id}`, value: null },
    ]);
    this.desk.focus(`tasks/${upper.id}`);
  }

  move(id, step) {
    const order = this.desk.store.record.tasks.map((task) => task.id);
    const n = order.indexOf(id);
    if (n + step < 0 || n + step >= order.length) return;
    order.splice(n + step, 0, order.splice(n, 1)[0]);
    this.desk.store.change(t("Đổi thứ tự"), [{ unit: "tasks", value: order }]);
  }

  add(id, text = "", spans = []) {
    const { tasks } = this.desk.store.record;
    const near = tasks.find((one) => one.id === id) ?? tasks.at(-1);
    const made = {
      id: crypto.randomUUID(), path: near?.path ?? ["*1"], heading: near?.heading ?? null, text: text || t("Nhiệm vụ mới"),
      title: short(text) || t("Nhiệm vụ mới"), assignments: [], deadlines: [], spans, confidence: 1, inferred: false,
    };
    this.desk.store.change(t("Thêm nhiệm vụ"), [{ unit: `tasks/${made.id}`, value: made, after: near?.id }]);
    this.desk.focus(`tasks/${made.id}`);
  }

  remove(id) {
    const { tasks, targets } = this.desk.store.record;
    const n = tasks.findIndex((one) => one.id === id);
    this.desk.store.change(t("Xóa nhiệm vụ"), [
      ...targets.filter((target) => target.task_id === id).map((target) => ({ unit: `targets/${target.id}`, value: { ...target, task_id: null } })),
      { unit: `tasks/${id}`, value: null },
    ]);
    toast(t("Đã xóa một nhiệm vụ."), { id: "undo", action: { text: t("Hoàn tác"), act: () => this.desk.undo() } });
    const near = tasks[n + 1] ?? tasks[n - 1];
    if (near) this.desk.focus(`tasks/${near.id}`);
  }
}
