// The fields of a record in reading order: where each stands, how sure the pipeline is, and why it may be doubted.

import { day, said, t } from "../words.js";

export const DOUBTFUL = 0.7;

export const HEADER = [
  { name: "kind", label: () => t("Loại văn bản") },
  { name: "number", label: () => t("Số, ký hiệu") },
  { name: "issuer", label: () => t("Cơ quan ban hành"), kind: "agency" },
  { name: "place", label: () => t("Nơi ban hành") },
  { name: "issued_on", label: () => t("Ngày ban hành"), kind: "date" },
  { name: "subject", label: () => t("Trích yếu"), kind: "long" },
  { name: "signer", label: () => t("Người ký"), kind: "signer" },
  { name: "urgency", label: () => t("Độ khẩn"), rare: true },
  { name: "secrecy", label: () => t("Độ mật"), rare: true },
  { name: "addressees", label: () => t("Đối tượng thực hiện"), kind: "agencies", rare: true },
  { name: "recipients", label: () => t("Nơi nhận"), kind: "lines", rare: true },
];

export const ROLES = {
  lead: () => t("Chủ trì"),
  coordinate: () => t("Phối hợp"),
  report_to: () => t("Nhận báo cáo"),
  supervise: () => t("Theo dõi, đôn đốc"),
};

const SHOWN = {
  agency: (value) => value?.name,
  date: (value) => day(value),
  signer: (value) => value?.name,
  agencies: (value) => (value ?? []).map((one) => one.agency).join("; "),
  lines: (value) => (value ?? []).map((one) => one.text).join("; "),
};

const evidenceOf = (record, name) => {
  const value = record.directive[name];
  if (["issuer", "signer"].includes(name)) return value;
  if (["addressees", "recipients"].includes(name)) {
    const spans = (value ?? []).flatMap((one) => one.spans);
    return value?.length ? { spans, confidence: Math.min(...value.map((one) => one.confidence)) } : null;
  }
  return record.directive.evidence[name] ?? null;
};

/** All fields: {path, unit, label, value, evidence, reasons}. */
export function fieldsOf({ record, warnings }) {
  const named = new Map();
  for (const warning of warnings) {
    let path = warning.unit;
    if (warning.unit === "citations") path = `citations/${warning.index}`;
    else if (warning.part) path = `${warning.unit}/${warning.part.join("/")}`;
    if (path) named.set(path, [...(named.get(path) ?? []), said(warning)]);
  }
  const found = [];
  const add = (path, unit, label, value, evidence) => {
    const reasons = [...new Set(named.get(path) ?? [])];
    const sure = evidence?.confidence ?? 1;
    if (value && !reasons.length && sure < DOUBTFUL)
      reasons.push(t("máy chỉ chắc {percent} %", { percent: Math.floor(sure * 100 + 1e-9) }));
    found.push({ path, unit, label, value, evidence, reasons });
  };
  for (const { name, label, kind } of HEADER) {
    const value = record.directive[name];
    const shown = SHOWN[kind]?.(value) ?? value;
    add(`directive.${name}`, `directive.${name}`, label(), shown, evidenceOf(record, name));
  }
  record.tasks.forEach((task) => {
    const unit = `tasks/${task.id}`;
    const place = task.path.join(".");
    add(unit, unit, t("Nhiệm vụ {place}", { place }), task.title, task);
    task.assignments.forEach((who, n) => add(`${unit}/assignments/${n}`, unit, `${place} · ${ROLES[who.role]()}`, who.agency, who));
    task.deadlines.forEach((when, n) => add(`${unit}/deadlines/${n}`, unit, `${place} · ${t("Thời hạn")}`, when.text, when));
  });
  record.targets.forEach((target) => {
    add(`targets/${target.id}`, `targets/${target.id}`, t("Chỉ tiêu"), target.indicator, target);
  });
  record.citations.forEach((citation, n) => {
    add(`citations/${n}`, "citations", t("Viện dẫn"), citation.text, citation);
  });
  return found;
}

/** Evidence of a value that a person has given or confirmed; it stands where the old one stood unless they chose words. */
export const sure = (evidence, spans) => ({
  spans: spans ?? evidence?.spans ?? [],
  confidence: 1,
  inferred: evidence?.inferred ?? false,
});
