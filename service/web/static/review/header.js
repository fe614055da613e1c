// What the document is: number, issuer, day, subject, signer.

import { h } from "./dom.js";
import { HEADER, sure } from "./fields.js";
import { control, dayControl, reasons } from "./control.js";
import { agencyControl } from "./agency.js";
import { t } from "../words.js";

const SIGNER = [
  { part: "name", label: () => t("Họ tên người ký") },
  { part: "title", label: () => t("Chức vụ") },
  { part: "authority", label: () => t("Thẩm quyền (TM., KT. …)") },
  { part: "for", label: () => t("Ký thay mặt") },
];

/** The section, and a function that brings one field up to date. */
export function headerSection(desk) {
  const rows = new Map(HEADER.map((spec) => [`directive.${spec.name}`, h("div.field")]));
  const fill = (unit) => {
    const spec = HEADER.find(({ name }) => `directive.${name}` === unit);
    if (!spec) return;
    const field = desk.field(unit);
    const row = rows.get(unit);
    row.className = `field ${spec.kind ?? ""}${field?.reasons.length ? " doubtful" : ""}`;
    row.replaceChildren(...parts(desk, spec, unit, field).filter(Boolean));
  };
  rows.forEach((_, unit) => fill(unit));
  const usual = HEADER.filter(({ rare }) => !rare).map(({ name }) => rows.get(`directive.${name}`));
  const rare = HEADER.filter((spec) => spec.rare).map(({ name }) => rows.get(`directive.${name}`));
  const more = h("details.rare", {}, h("summary", {}, t("Thêm: độ khẩn, độ mật, nơi nhận …")), ...rare);
  const section = h("section.header", { "aria-labelledby": "header-title" }, h("h2", { id: "header-title" }, t("Văn bản")), h("div.grid", {}, ...usual), more);
  return { section, fill };
}

function parts(desk, spec, unit, field) {
  const id = `f-${spec.name}`;
  const why = reasons(field, `${id}-why`);
  const describedby = why ? why.id : null;
  const label = h("label", { for: id }, spec.label());
  const now = () => desk.store.record.directive[spec.name];
  const evidence = () => desk.store.record.directive.evidence[spec.name];
  const give = (value, spans) => desk.store.change(spec.label(), [{ unit, value: { value, evidence: sure(evidence(), spans) } }]);
  const settle = () => desk.settle(unit, () => give(now()));
  if (spec.kind === "date")
    return [label, dayControl(desk, { path: unit, id, describedby, get: now, set: (iso, spans) => give(iso || null, spans), settle }), why];
  if (spec.kind === "agency") {
    const set = (who, spans) =>
      desk.store.change(spec.label(), [
        { unit, value: who && { name: who.agency, agency_id: who.agency_id, ...sure(now(), spans) } },
      ]);
    const box = agencyControl(desk, {
      path: unit, id, describedby,
      get: () => now() && { agency: now().name, agency_id: now().agency_id },
      set,
      settle: () => desk.settle(unit, () => now() && set({ agency: now().name, agency_id: now().agency_id })),
    });
    return [label, box, why];
  }
  if (spec.kind === "signer") return signer(desk, unit, now, why);
  if (spec.kind === "agencies" || spec.kind === "lines") {
    const text = spec.kind === "lines" ? "text" : "agency";
    const lines = () => (now() ?? []).map((one) => one[text]).join("\n");
    const set = (words) => {
      const old = new Map((now() ?? []).map((one) => [one[text], one]));
      const value = words.split("\n").map((line) => line.trim()).filter(Boolean)
        .map((line) => old.get(line) ?? { [text]: line, agency_id: null, ...sure(null) });
      desk.store.change(spec.label(), [{ unit, value }]);
    };
    const area = h("textarea", { id, rows: 3, "aria-describedby": describedby });
    control(desk, area, {
      path: unit, get: lines, set,
      settle: () => desk.settle(unit, () => desk.store.change(spec.label(), [{ unit, value: now().map((one) => ({ ...one, confidence: 1 })) }])),
    });
    return [label, area, why];
  }
  const input = spec.kind === "long" ? h("textarea", { id, rows: 2, "aria-describedby": describedby }) : h("input", { id, type: "text", autocomplete: "off", "aria-describedby": describedby });
  control(desk, input, { path: unit, get: () => now() ?? "", set: (words, spans) => give(words || null, spans), settle });
  return [label, input, why];
}

function signer(desk, unit, now, why) {
  const set = (part, words, spans) => {
    const blank = { name: null, title: null, authority: null, for: null };
    desk.store.change(t("Người ký"), [{ unit, value: { ...blank, ...now(), [part]: words || null, ...sure(now(), spans) } }]);
  };
  const settle = () => desk.settle(unit, () => now() && desk.store.change(t("Người ký"), [{ unit, value: { ...now(), ...sure(now()) } }]));
  const inputs = SIGNER.map(({ part, label }, n) => {
    const input = h("input", { id: `f-signer-${part}`, type: "text", autocomplete: "off", "aria-describedby": why?.id });
    control(desk, input, {
      path: n ? `${unit}#${part}` : unit,
      get: () => now()?.[part] ?? "",
      set: (words, spans) => set(part, words, spans),
      settle,
    });
    return h("div", {}, h("label", { for: input.id }, label()), input);
  });
  return [...inputs, why];
}
