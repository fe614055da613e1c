// The review of one document: the page image beside the record, every value with its place, doubtful ones first.

import { ask, call } from "../api.js";
import { confirmed, dialog } from "../dialog.js";
import { keys } from "../keys.js";
import { toast } from "../toast.js";
import { said, t } from "../words.js";
import { Citations } from "./citations.js";
import { h } from "./dom.js";
import { HEADER, fieldsOf } from "./fields.js";
import { headerSection } from "./header.js";
import { queueSection } from "./queue.js";
import { Corrections, unitOf } from "./record.js";
import { Targets } from "./targets.js";
import { Tasks } from "./tasks.js";
import { PageViewer, viewerBar } from "./viewer.js";

const root = document.getElementById("review");

/** What the parts of the page share: the record, the viewer, the fields, and where the person is. */
class Desk {
  controls = new Map();
  current = null;
  #fields = new Map();
  #dirty = null;

  constructor(documentId, store, approvable) {
    this.documentId = documentId;
    this.store = store;
    this.approvable = approvable;
    this.viewer = new PageViewer(root.querySelector(".page"), documentId, store.record.source.pages);
    viewerBar(this.viewer, root.querySelector(".viewer-bar"));
    this.#count();
    this.header = headerSection(this);
    this.queue = queueSection(this);
    this.tasks = new Tasks(this);
    this.targets = new Targets(this);
    this.citations = new Citations(this);
    this.lists = { tasks: this.tasks.list, targets: this.targets.list, citations: this.citations.list };
    root.querySelector(".record").append(
      this.queue.section,
      this.header.section,
      listed("tasks", t("Nhiệm vụ"), this.tasks.list.list, h("button.small", { type: "button", onclick: () => this.tasks.add(this.store.record.tasks.at(-1)?.id) }, t("Thêm nhiệm vụ"))),
      listed("targets", t("Chỉ tiêu"), this.targets.list.list, h("button.small", { type: "button", onclick: () => this.targets.add(null, this.openTask) }, t("Thêm chỉ tiêu"))),
      listed("citations", t("Viện dẫn"), this.citations.list.list),
    );
    this.#tell();
    store.addEventListener("change", (event) => this.#changed(event.detail));
    this.viewer.addEventListener("place", (event) => this.focus(event.detail.path));
    this.viewer.addEventListener("words", (event) => this.#offer(event.detail));
    this.viewer.addEventListener("page", () => this.#offer(null));
  }

  get openTask() {
    return this.tasks.list.opened;
  }

  field(path) {
    return this.#fields.get(path.split("#")[0]);
  }

  /** The doubtful fields of a unit, or those at a path. */
  doubts(place) {
    return (this.#doubtful.get(place) ?? []);
  }

  #doubtful = new Map();

  #count() {
    const all = fieldsOf(this.store);
    this.#fields = new Map(all.map((field) => [field.path, field]));
    this.#doubtful = new Map();
    for (const field of all) {
      if (!field.reasons.length) continue;
      for (const place of new Set([field.path, field.unit])) this.#doubtful.set(place, [...(this.#doubtful.get(place) ?? []), field]);
    }
  }

  #tell() {
    const doubtful = [...this.#fields.values()].filter((field) => field.reasons.length);
    const general = this.store.warnings.filter((warning) => !warning.unit).map(said);
    this.queue.draw(doubtful, general);
    this.viewer.mark([...this.#fields.values()].map(({ path, evidence, reasons }) => ({ path, spans: evidence?.spans ?? [], doubtful: reasons.length > 0 })));
    const left = root.querySelector(".left");
    left.textContent = doubtful.length ? t("{count} chỗ cần xem", { count: doubtful.length }) : t("Đã xem hết");
    left.classList.toggle("good", doubtful.length === 0);
    root.querySelector("#undo").disabled = !this.store.undoable;
    root.querySelector("#undo").title = this.store.undoable ? `${t("Hoàn tác")}: ${this.store.undoable} (Ctrl+Z)` : "";
  }

  /** Drawn a moment later: whoever leaves one input for the next one has to arrive there first. */
  #changed({ units, theirs }) {
    if (!this.#dirty) {
      this.#dirty = new Set();
      setTimeout(() => this.#redraw());
    }
    units.forEach((unit) => this.#dirty.add(unit));
    if (theirs && units.size) toast(t("Đồng nghiệp vừa sửa văn bản này; đã cập nhật."), { id: "theirs" });
  }

  #redraw() {
    const units = this.#dirty;
    this.#dirty = null;
    const before = this.#doubtful;
    this.#count();
    for (const [kind, list] of Object.entries(this.lists)) {
      const ids = kind === "citations" ? null : unitOf(this.store.record, kind);
      const whole = units.has(kind) || [...units].some((unit) => unit.startsWith(`${kind}/`) && (!ids?.includes(unit.slice(kind.length + 1)) || !list.list.querySelector(`[data-key="${CSS.escape(unit.slice(kind.length + 1))}"]`)));
      if (whole) list.draw();
      else for (const unit of units) if (unit.startsWith(`${kind}/`)) list.refresh(unit.slice(kind.length + 1));
    }
    // Doubt may go or come where nothing else has changed.
    for (const place of new Set([...before.keys(), ...this.#doubtful.keys()])) {
      const [kind, key, ...rest] = place.split("/");
      if (!rest.length && this.lists[kind] && !units.has(place) && before.get(place)?.length !== this.#doubtful.get(place)?.length) this.lists[kind].refresh(key);
    }
    const active = document.activeElement?.dataset?.path?.split("#")[0];
    for (const { name } of HEADER) {
      const unit = `directive.${name}`;
      if (units.has(unit) || before.has(unit) !== this.#doubtful.has(unit)) {
        if (active !== unit) this.header.fill(unit);
        else document.activeElement.closest(".field")?.classList.toggle("doubtful", this.#doubtful.has(unit));
      }
    }
    this.#tell();
    this.#numbers();
  }

  #numbers() {
    for (const kind of Object.keys(this.lists)) root.querySelector(`#${kind}-count`).textContent = this.store.record[kind].length;
  }

  /** The person is at this field. */
  at(path) {
    this.current = path;
    const field = this.field(path);
    root.querySelectorAll(".at").forEach((element) => element.classList.remove("at"));
    document.activeElement?.closest(".field, .row")?.classList.add("at");
    this.viewer.show(field?.evidence?.spans ?? []);
    this.#fillName();
  }

  open(kind, key) {
    this.lists[kind].open(key);
  }

  /** Go to a field, wherever it is. */
  focus(path) {
    const [kind, key] = path.split("#")[0].split("/");
    if (this.lists[kind]) this.lists[kind].open(key);
    const input = root.querySelector(`[data-path="${CSS.escape(path)}"]`);
    if (!input) return;
    const folded = input.closest("details:not([open])");
    if (folded) folded.open = true;
    input.focus({ preventScroll: true });
    const card = input.closest(".item") ?? input;
    (card.offsetHeight < root.querySelector(".record").clientHeight ? card : input).scrollIntoView({ block: "nearest" });
  }

  /** What is typed in the input that has the focus counts. */
  async commit() {
    return (await this.controls.get(document.activeElement?.dataset?.path)?.commit()) ?? true;
  }

  /** A value is right as it stands: say so once, and only where it was doubted. */
  settle(path, act) {
    if (this.field(path)?.reasons.length) act();
  }

  /** On to the next doubtful field behind this one, from the top again at the end; then to the approval. */
  nextDoubt(from = this.current, step = 1) {
    // What was just settled is counted at the next drawing; count now.
    this.#count();
    const paths = [...this.#fields.keys()];
    const doubtful = paths.filter((path) => this.#fields.get(path).reasons.length);
    const here = paths.indexOf((from ?? "").split("#")[0]);
    const behind = step > 0 ? doubtful.find((path) => paths.indexOf(path) > here) : doubtful.findLast((path) => paths.indexOf(path) < here);
    const next = behind ?? (step > 0 ? doubtful[0] : doubtful.at(-1));
    if (next) this.focus(next);
    else root.querySelector("#approve:not(:disabled), #next")?.focus();
  }

  step(by) {
    // Whether a field can be seen is asked of the few that are passed, not of hundreds.
    const lines = [...root.querySelectorAll(".record [data-path], .record .line")];
    const here = lines.indexOf(document.activeElement);
    let n = here < 0 && by < 0 ? 0 : here + by;
    while (lines[n] && (lines[n].matches(".item.open > .line") || !lines[n].checkVisibility())) n += by;
    const next = lines[n];
    if (!next) return;
    if (next.matches(".line")) {
      const { kind } = next.closest("ol").dataset;
      const { key } = next.closest("li").dataset;
      this.lists[kind].open(key);
      const fields = [...root.querySelectorAll(`li[data-key="${CSS.escape(key)}"] [data-path]`)];
      (by > 0 ? fields[0] : fields.at(-1))?.focus();
    } else next.focus();
    document.activeElement.scrollIntoView({ block: "nearest" });
  }

  undo() {
    const active = document.activeElement;
    if (active?.dataset?.path && active.value !== active.dataset.shown) {
      active.value = active.dataset.shown; // what was typed and not yet taken
      return;
    }
    const label = this.store.undo();
    if (label) toast(t("Đã hoàn tác: {label}", { label }), { id: "undo" });
  }

  // Words that were chosen on the page.

  #words = null;

  #offer(words) {
    this.#words = words;
    const bar = root.querySelector(".offer");
    bar.hidden = !words;
    if (!words) return;
    bar.querySelector("q").textContent = words.text;
    this.#fillName();
  }

  #fillName() {
    const button = root.querySelector("#fill");
    const field = this.current && this.field(this.current);
    button.disabled = !field;
    button.textContent = field ? t("Điền vào: {field}", { field: field.label }) : t("Chọn một ô để điền");
  }

  async fill() {
    const words = this.#words;
    const control = this.controls.get(this.current);
    if (!words || !control) return;
    const taken = await control.fill(words.text, words.spans);
    this.#offer(null);
    this.viewer.choose(null);
    if (!taken) toast(t("Ô này không nhận “{text}”.", { text: words.text }), { kind: "bad" });
    this.focus(this.current);
  }

  newTask() {
    const words = this.#words;
    if (!words) return;
    this.#offer(null);
    this.tasks.add(this.openTask ?? this.store.record.tasks.at(-1)?.id, words.text, words.spans);
  }

  // The end.

  async approve() {
    if (!this.approvable) return;
    await this.commit();
    const left = [...this.#fields.values()].filter((field) => field.reasons.length).length;
    if (left && !(await confirmed(t("Còn {count} chỗ chưa xem. Vẫn duyệt?", { count: left }), t("Duyệt")))) return;
    try {
      await this.store.settled();
      await ask("POST", `/v1/documents/${this.documentId}/approval`, undefined, { "If-Match": this.store.etag });
    } catch (error) {
      toast(error.message || t("Chưa lưu được; chưa duyệt."), { kind: "bad", stays: true, id: "approval" });
      return;
    }
    root.classList.add("approved");
    root.querySelector("#approve").disabled = true;
    root.querySelector("#approve").textContent = t("Đã duyệt");
    toast(t("Đã duyệt."), { kind: "good" });
    root.querySelector("#next").focus();
  }

  async next() {
    await this.commit();
    await this.store.settled().catch(() => {});
    const found = await nextDocument(this.documentId);
    location.assign(found ? `/documents/${found}/review` : "/");
  }
}

const listed = (kind, title, list, ...more) =>
  h("section", { "aria-labelledby": `${kind}-title` }, h("h2", { id: `${kind}-title` }, title, " ", h("span.count", { id: `${kind}-count` }, String(list.children.length))), list, ...more);

/** The next document that waits for review: the one handed in before this one, else the newest. */
async function nextDocument(id) {
  const { items } = await call("GET", "/v1/documents?approved=false&withdrawn=false&limit=200&fields=id,state");
  const waiting = items.filter((one) => ["succeeded", "partial"].includes(one.state));
  return (waiting.find((one) => one.id < id) ?? waiting.find((one) => one.id !== id))?.id ?? null;
}

// Conflicts and what the service would not take.

function showConflicts(desk, found) {
  for (const { unit, mine, now, by } of found) {
    const field = [...fieldsOf(desk.store)].find((one) => one.unit === unit);
    const told = (value) => h("blockquote", {}, inWords(value));
    const keep = h("button", { type: "button", "data-closes": "" }, t("Giữ của đồng nghiệp"));
    const use = h("button.primary", { type: "button" }, t("Dùng của tôi"));
    const box = dialog(
      t("Đồng nghiệp vừa sửa cùng chỗ này"),
      h("p", {}, h("b", {}, field?.label ?? unit)),
      h("p", {}, t("{name} đã ghi:", { name: by })), told(now),
      h("p", {}, t("Bạn vừa ghi:")), told(mine),
      h("div.actions", {}, keep, use),
    );
    use.addEventListener("click", () => {
      box.close();
      desk.store.change(t("Dùng của tôi"), [{ unit, value: mine }]);
    });
    keep.focus();
  }
}

function inWords(value) {
  if (value === null || value === undefined) return t("(đã xóa)");
  if (Array.isArray(value)) return value.map((one) => one?.text ?? one?.agency ?? String(one)).join("; ");
  if ("evidence" in value) return value.value ?? t("(trống)");
  const who = (value.assignments ?? []).map((one) => one.agency);
  const when = (value.deadlines ?? []).map((one) => one.text);
  return [value.name ?? value.indicator ?? value.text, value.value, value.unit, ...who, ...when].filter(Boolean).join(" · ");
}

// Start.

const { documentId, approvable } = root.dataset;
const address = `/v1/documents/${documentId}/record`;
const answer = await fetch(address);
const store = new Corrections(address, await answer.json(), answer.headers.get("etag"));
const desk = new Desk(documentId, store, approvable === "true");

const STATES = {
  saved: () => t("Đã lưu"),
  unsaved: () => t("Sẽ lưu ngay"),
  saving: () => t("Đang lưu …"),
  waiting: () => t("Chưa lưu được, đang thử lại …"),
};
store.addEventListener("state", () => {
  const place = root.querySelector(".saved");
  place.textContent = STATES[store.state]();
  place.classList.toggle("bad", store.state === "waiting");
});
store.addEventListener("conflict", (event) => showConflicts(desk, event.detail));
store.addEventListener("refused", (event) => toast(event.detail.message, { kind: "bad", stays: true }));
addEventListener("beforeunload", (event) => store.unsaved && event.preventDefault());

root.querySelector("#approve").addEventListener("click", () => desk.approve());
root.querySelector("#next").addEventListener("click", () => desk.next());
root.querySelector("#undo").addEventListener("click", () => desk.undo());
root.querySelector("#fill").addEventListener("click", () => desk.fill());
root.querySelector("#fill-task").addEventListener("click", () => desk.newTask());
root.querySelector(".left").addEventListener("click", () => desk.nextDoubt());

const withTask = (act) => () => desk.openTask && act(desk.openTask);
keys(t("Kiểm tra văn bản"), [
  { press: "Enter", says: t("Giá trị đúng (hoặc đã sửa xong): sang chỗ cần xem tiếp theo") },
  { press: "Shift+Enter", says: t("Cơ quan suy ra này đúng cho mọi nhiệm vụ") },
  { press: "F8", says: t("Chỗ cần xem tiếp theo"), act: () => desk.nextDoubt() },
  { press: "Shift+F8", says: t("Chỗ cần xem trước đó"), act: () => desk.nextDoubt(desk.current, -1) },
  { press: "Alt+ArrowDown", says: t("Ô tiếp theo"), act: () => desk.step(1) },
  { press: "Alt+ArrowUp", says: t("Ô trước"), act: () => desk.step(-1) },
  { press: "Ctrl+z", says: t("Hoàn tác"), act: () => desk.undo() },
  { press: "Ctrl+Enter", says: t("Duyệt"), act: () => desk.approve() },
  { press: "Alt+n", says: t("Văn bản tiếp theo"), act: () => desk.next() },
]);
keys(t("Nhiệm vụ đang mở"), [
  { press: "Alt+s", says: t("Tách tại con trỏ"), act: withTask((id) => desk.tasks.split(id, document.activeElement?.selectionStart ?? 0)) },
  { press: "Alt+m", says: t("Gộp vào mục trên"), act: withTask((id) => desk.tasks.merge(id)) },
  { press: "Alt+a", says: t("Thêm nhiệm vụ"), act: () => desk.tasks.add(desk.openTask) },
  { press: "Alt+x", says: t("Xóa"), act: withTask((id) => desk.tasks.remove(id)) },
  { press: "Alt+g", says: t("+ Cơ quan"), act: withTask((id) => desk.tasks.addAgency(id)) },
  { press: "Alt+h", says: t("+ Thời hạn"), act: withTask((id) => desk.tasks.addDeadline(id)) },
  { press: "Alt+Shift+ArrowUp", says: t("Chuyển lên"), act: withTask((id) => desk.tasks.move(id, -1)) },
  { press: "Alt+Shift+ArrowDown", says: t("Chuyển xuống"), act: withTask((id) => desk.tasks.move(id, 1)) },
]);
keys(t("Trang văn bản"), [
  { press: "Alt+PageDown", says: t("Trang sau"), act: () => desk.viewer.turn(1) },
  { press: "Alt+PageUp", says: t("Trang trước"), act: () => desk.viewer.turn(-1) },
  { press: ["Alt+=", "Alt++"], says: t("Phóng to"), act: () => desk.viewer.zoom(1.3) },
  { press: "Alt+-", says: t("Thu nhỏ"), act: () => desk.viewer.zoom(1 / 1.3) },
  { press: "Alt+0", says: t("Cả trang"), act: () => desk.viewer.fit() },
  { press: "Alt+r", says: t("Xoay"), act: () => desk.viewer.rotate() },
  { press: "Alt+i", says: t("Điền chữ đã chọn vào ô"), act: () => desk.fill() },
]);

// Doubtful fields first.
desk.viewer.open(1);
desk.nextDoubt(null);
root.dataset.ready = "true";
performance.mark("review-ready");
