// An input that holds one value of the record: what focus, Enter, Escape and leaving it mean, the same everywhere.

import { h } from "./dom.js";
import { isoDay } from "./days.js";
import { day, t } from "../words.js";

/**
 * Wire an input to a value.
 * get(): the value as text. set(text, spans): give it a new value; returns (a promise of) false when it makes no sense.
 * settle(): say that the value is right as it stands. settleAll(): and everywhere else where it was inherited alike.
 */
export function control(desk, element, { path, get, set, settle, settleAll }) {
  element.dataset.path = path;
  const show = () => {
    element.value = get();
    element.dataset.shown = element.value;
  };
  show();
  // Typed, that is: the value itself may have changed under the input, which is drawn anew in a moment.
  const changed = () => element.value.trim() !== element.dataset.shown.trim();
  let busy = null;

  const commit = async () => {
    if (busy) return busy;
    if (!changed()) return true;
    busy = Promise.resolve(set(element.value.trim()));
    const taken = (await busy) !== false;
    busy = null;
    element.setAttribute("aria-invalid", String(!taken));
    if (!taken) return false;
    show();
    return true;
  };

  element.addEventListener("focus", () => {
    desk.at(path);
    element.select?.();
  });
  element.addEventListener("blur", () => element.dataset.waits || commit());
  element.addEventListener("keydown", async (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey && !event.ctrlKey && !event.altKey && !event.defaultPrevented) {
      event.preventDefault();
      const touched = changed();
      const doubted = desk.field(path)?.reasons.length;
      if (!(await commit())) return;
      if (!touched) settle?.();
      // Whoever corrects what nobody doubted has more to do here.
      if (doubted) desk.nextDoubt(path);
    } else if (event.key === "Enter" && event.shiftKey && settleAll && !changed()) {
      event.preventDefault();
      settleAll();
      desk.nextDoubt(path);
    } else if (event.key === "Escape" && changed()) {
      event.preventDefault();
      element.value = get();
      element.setAttribute("aria-invalid", "false");
    }
  });
  desk.controls.set(path, {
    element,
    fill: async (text, spans) => {
      const taken = (await set(text, spans)) !== false;
      if (taken) show();
      else element.value = text;
      element.setAttribute("aria-invalid", String(!taken));
      return taken;
    },
    commit,
    settle,
  });
  return element;
}

/** A day, written or chosen from a calendar. `set` is given an ISO day or "". */
export function dayControl(desk, { path, id, describedby, get, set, settle }) {
  const text = h("input", { id, type: "text", autocomplete: "off", placeholder: "dd/mm/yyyy", "aria-describedby": describedby, size: 11 });
  control(desk, text, {
    path,
    get: () => day(get()),
    set: (words, spans) => {
      const iso = isoDay(words);
      return iso === null ? false : set(iso, spans);
    },
    settle,
  });
  const calendar = h("input.pick-day", { type: "date", tabindex: "-1", "aria-label": t("Chọn ngày trên lịch"), value: get() ?? "" });
  calendar.addEventListener("change", async () => {
    await set(calendar.value);
    text.value = day(get());
  });
  return h("span.day", {}, text, calendar);
}

/** The reasons for doubt below a value; null where there are none. */
export function reasons(field, id) {
  if (!field?.reasons.length) return null;
  return h("p.reason", { id }, h("span", { "aria-hidden": "true" }, "⚠ "), field.reasons.join(" "));
}
