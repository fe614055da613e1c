// The record under correction: what the service has, what was changed here, and the way from one to the other.
//
// A change is a list of edits of units (see PATCH /v1/documents/{id}/record). It is shown at once, can be undone, and is saved
// a moment later; when the service is away it is tried again. Where a colleague has changed the same unit meanwhile, nothing
// is overwritten: a "conflict" event says what either of both has.

import { ask, Refused } from "../api.js";

const PLAIN = ["kind", "number", "place", "issued_on", "subject", "urgency", "secrecy"];
const SAVE_AFTER = 400; // ms without a further change
const LOOK_EVERY = 8000;

const same = (a, b) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

const split = (unit) => {
  const slash = unit.indexOf("/");
  return slash < 0 ? [unit, ""] : [unit.slice(0, slash), unit.slice(slash + 1)];
};

/** The present value of a unit; null where there is none. */
export function unitOf(record, unit) {
  const [kind, key] = split(unit);
  if (key) return record[kind].find((item) => item.id === key) ?? null;
  if (kind === "tasks" || kind === "targets") return record[kind].map((item) => item.id);
  if (kind === "citations") return record.citations;
  const name = unit.slice("directive.".length);
  if (!PLAIN.includes(name)) return record.directive[name] ?? null;
  return { value: record.directive[name] ?? null, evidence: record.directive.evidence[name] ?? null };
}

function applied(record, { unit, value, after }) {
  const [kind, key] = split(unit);
  if (key) {
    let items = record[kind];
    if (value === null) items = items.filter((item) => item.id !== key);
    else if (items.some((item) => item.id === key)) items = items.map((item) => (item.id === key ? value : item));
    else {
      const place = items.findIndex((item) => item.id === after) + 1 || items.length;
      items = [...items.slice(0, place), value, ...items.slice(place)];
    }
    return { ...record, [kind]: items };
  }
  if (kind === "tasks" || kind === "targets") {
    const rank = new Map(value.map((id, n) => [id, n]));
    const place = (item) => rank.get(item.id) ?? rank.size;
    return { ...record, [kind]: [...record[kind]].sort((a, b) => place(a) - place(b)) };
  }
  if (kind === "citations") return { ...record, citations: value };
  const name = unit.slice("directive.".length);
  if (!PLAIN.includes(name)) return { ...record, directive: { ...record.directive, [name]: value } };
  const evidence = { ...record.directive.evidence };
  if (value.evidence) evidence[name] = value.evidence;
  else delete evidence[name];
  return { ...record, directive: { ...record.directive, [name]: value.value, evidence } };
}

/** Events: "change" (detail.units), "state" (saving, saved, waiting), "conflict" (detail: [{unit, mine, now, by}]). */
export class Corrections extends EventTarget {
  #pending = []; // edits that were not sent yet
  #sent = null; // edits that are on their way
  #making = 0; // changes that are still being made
  #undo = [];
  #timer = 0;
  #pause = 1000;

  constructor(address, record, etag) {
    super();
    this.address = address;
    this.record = record;
    this.etag = etag;
    this.state = "saved";
    this.warnings = this.#resolved(record.warnings, record);
    setInterval(() => this.#look(), LOOK_EVERY);
    addEventListener("online", () => this.#save());
  }

  get unsaved() {
    return this.#pending.length > 0 || this.#sent !== null || this.#making > 0;
  }

  /** `make` asks the service for something before it changes the record: until then all is not saved. */
  async making(make) {
    this.#making += 1;
    this.#say("saving");
    try {
      return await make();
    } finally {
      this.#making -= 1;
      this.#say(this.#sent ? "saving" : this.unsaved ? "unsaved" : "saved");
    }
  }

  get undoable() {
    return this.#undo.at(-1)?.label ?? null;
  }

  /** Do edits together; `label` names them for undoing. */
  change(label, edits) {
    const back = this.#take(edits);
    if (back.length) this.#undo.push({ label, edits: back });
  }

  undo() {
    const last = this.#undo.pop();
    if (last) this.#take(last.edits);
    return last?.label ?? null;
  }

  /** All that was changed is with the service; throws Refused when it can not be. */
  async settled() {
    clearTimeout(this.#timer);
    while (this.unsaved) {
      if (this.#sent || !this.#pending.length) await new Promise((resolve) => this.addEventListener("state", resolve, { once: true }));
      else await this.#save();
      if (this.state === "waiting") throw new Refused(0, "");
    }
  }

  #take(edits) {
    const back = [];
    const units = new Set();
    for (const edit of edits) {
      const was = unitOf(this.record, edit.unit);
      const orders = edit.unit.startsWith("tasks/") || edit.unit.startsWith("targets/") ? split(edit.unit)[0] : null;
      const order = orders && (was === null || edit.value === null) ? unitOf(this.record, orders) : null;
      const after = edit.after ?? (was === null && orders ? (this.record[orders].at(-1)?.id ?? null) : null);
      this.record = applied(this.record, { ...edit, after });
      // What was deleted comes back to its place.
      const before = order && was !== null ? (order[order.indexOf(was.id) - 1] ?? null) : null;
      back.unshift({ unit: edit.unit, value: was, after: before });
      if (before === null && order && was !== null) back.push({ unit: orders, value: order });
      this.#queue({ unit: edit.unit, was, value: edit.value, after });
      units.add(edit.unit);
      this.warnings = this.warnings.filter((warning) => !this.#touched(warning, edit.unit, was, edit.value));
    }
    this.dispatchEvent(new CustomEvent("change", { detail: { units } }));
    this.#soon();
    return back;
  }

  #queue(edit) {
    const last = this.#pending.at(-1);
    if (last && last.unit === edit.unit && edit.value !== null && last.value !== null) last.value = edit.value;
    else this.#pending.push(edit);
  }

  #touched(warning, unit, was, value) {
    if (warning.unit !== unit) return false;
    if (value === null || !warning.part) return true;
    const [name, index] = warning.part;
    return !same(was?.[name]?.[index], value?.[name]?.[index]);
  }

  /** Warnings name places by number; numbers change with every edit, so they are kept by unit. */
  #resolved(warnings, record) {
    return warnings.map((warning) => {
      const field = warning.field ?? "";
      const place = /^(tasks|targets|citations)\[(\d+)\](?:\.(\w+)\[(\d+)\])?/.exec(field);
      if (place) {
        const [, kind, index, name, part] = place;
        const unit = kind === "citations" ? "citations" : `${kind}/${record[kind][index]?.id}`;
        return { ...warning, unit, index: Number(index), part: name ? [name, Number(part)] : null };
      }
      const plain = /^directive\.\w+/.exec(field);
      return { ...warning, unit: plain ? plain[0] : "", part: null };
    });
  }

  #soon(pause = SAVE_AFTER) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#save(), pause);
    this.#say(this.#sent ? "saving" : "unsaved");
  }

  #say(state) {
    this.state = state;
    this.dispatchEvent(new CustomEvent("state"));
  }

  async #save() {
    if (this.#sent || !this.#pending.length) return;
    this.#sent = this.#pending;
    this.#pending = [];
    const shown = this.record;
    this.#say("saving");
    try {
      const { content } = await ask("PATCH", this.address, { edits: this.#sent });
      this.#sent = null;
      this.#pause = 1000;
      const alone = content.etag_before === this.etag;
      this.etag = content.etag;
      if (!this.#pending.length) this.warnings = this.#resolved(content.warnings, shown);
      if (!alone) await this.#fetch();
    } catch (error) {
      const sent = this.#sent;
      this.#sent = null;
      if (error instanceof Refused && error.code === "edit-conflict") await this.#conflict(sent, error.problem.errors);
      else if (error instanceof Refused && error.status >= 400 && error.status < 500 && ![401, 408, 429].includes(error.status)) {
        // What the service will never take is not kept in the way of the rest.
        await this.#fetch();
        this.dispatchEvent(new CustomEvent("refused", { detail: error }));
      } else {
        this.#pending = [...sent, ...this.#pending];
        this.#say("waiting");
        this.#pause = Math.min(this.#pause * 2, 30000);
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => this.#save(), this.#pause);
        return;
      }
    }
    if (this.#pending.length) await this.#save();
    else this.#say(this.#making ? "saving" : "saved");
  }

  async #conflict(sent, errors) {
    const theirs = new Map(errors.map((error) => [error.unit, error]));
    const mine = sent.filter((edit) => theirs.has(edit.unit));
    await this.#fetch();
    // The rest of what was sent together is still wanted.
    const rest = sent.filter((edit) => !theirs.has(edit.unit) && !(edit.value && theirs.has(split(edit.unit)[0])));
    if (rest.length) this.#take(rest);
    this.#undo = this.#undo.filter(({ edits }) => !edits.some((edit) => theirs.has(edit.unit)));
    const found = mine.map((edit) => ({
      unit: edit.unit,
      mine: edit.value,
      now: theirs.get(edit.unit).now,
      by: theirs.get(edit.unit).by,
    }));
    this.dispatchEvent(new CustomEvent("conflict", { detail: found }));
  }

  /** Take in what colleagues have changed, and do again what was not sent yet. */
  async #fetch() {
    const { content, headers } = await ask("GET", this.address);
    const before = this.record;
    this.etag = headers.get("etag");
    const waiting = this.#pending;
    this.#pending = [];
    this.record = content;
    this.warnings = this.#resolved(content.warnings, content);
    for (const edit of waiting) {
      // It still says what its maker saw: if that has changed as well, the service will tell.
      this.record = applied(this.record, edit);
      this.#queue(edit);
    }
    const units = new Set();
    for (const kind of ["tasks", "targets"]) {
      if (!same(unitOf(before, kind), unitOf(this.record, kind))) units.add(kind);
      const old = new Map(before[kind].map((item) => [item.id, item]));
      for (const item of this.record[kind]) if (!same(old.get(item.id), item)) units.add(`${kind}/${item.id}`);
    }
    if (!same(before.citations, this.record.citations)) units.add("citations");
    for (const name of [...PLAIN, "issuer", "signer", "recipients", "addressees"]) {
      const unit = `directive.${name}`;
      if (!same(unitOf(before, unit), unitOf(this.record, unit))) units.add(unit);
    }
    this.dispatchEvent(new CustomEvent("change", { detail: { units, theirs: true } }));
  }

  async #look() {
    if (document.hidden || this.unsaved) return;
    try {
      const answer = await fetch(this.address, { headers: { "If-None-Match": this.etag } });
      if (answer.status === 200 && !this.unsaved && answer.headers.get("etag") !== this.etag) await this.#fetch();
    } catch {
      // The service is away; saving will say so.
    }
  }
}
