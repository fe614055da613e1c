// A deadline, written as the document does ("trước 15/12 hàng năm") or chosen from a calendar; its days are shown.

import { call } from "../api.js";
import { fresh, h } from "./dom.js";
import { control } from "./control.js";
import { sure } from "./fields.js";
import { day, t } from "../words.js";

const EMPTY = { due: null, start: null, rrule: null, anchor: null, offset: null, working_days: false };

/** What a deadline says, as the service reads it: {deadline, words, occurrences} or null. */
async function read(desk, text) {
  const query = new URLSearchParams({ text, document: desk.documentId });
  const { items } = await call("GET", `/v1/deadlines?${query}`);
  return items[0] ?? null;
}

/** get(): the deadline or null. set(deadline or null). */
export function deadlineControl(desk, { path, describedby, label, get, set, settle }) {
  const days = fresh("days");
  const meaning = h("small.meaning", { id: days, "aria-live": "polite" });
  const input = h("input", {
    type: "text", autocomplete: "off", "aria-label": label, placeholder: t("trước ngày 15/12 hằng năm"),
    "aria-describedby": [describedby, days].filter(Boolean).join(" "),
  });
  const tell = async () => {
    const now = get();
    if (!now) return;
    meaning.textContent = now.due ? t("Đến hạn {day}", { day: day(now.due) }) : "";
    if (!now.rrule) return;
    const found = await read(desk, now.text).catch(() => null);
    if (found?.occurrences.length) meaning.textContent = t("Đến hạn: {days} …", { days: found.occurrences.slice(0, 6).map(day).join(", ") });
  };
  control(desk, input, {
    path,
    get: () => get()?.text ?? "",
    set: async (text, spans) => {
      if (!text) return set(null);
      const found = await read(desk, text).catch(() => null);
      if (!found) {
        meaning.textContent = t("Không hiểu thời hạn này. Hãy viết như trong văn bản, hoặc chọn ngày trên lịch.");
        return false;
      }
      set({ ...EMPTY, ...found.deadline, text, ...sure(get(), spans) });
      await tell();
      return true;
    },
    settle,
  });
  const calendar = h("input.pick-day", { type: "date", tabindex: "-1", "aria-label": t("Chọn ngày trên lịch"), value: get()?.due ?? "" });
  calendar.addEventListener("change", () => {
    const text = get()?.text || t("chậm nhất {day}", { day: day(calendar.value) });
    set(calendar.value ? { ...EMPTY, kind: "date", due: calendar.value, text, ...sure(get()) } : null);
    input.value = get()?.text ?? "";
    tell();
  });
  tell();
  return h("span.deadline", {}, h("span.day", {}, input, calendar), meaning);
}
