// A combobox over the register of agencies: abbreviations and words without accents find them; others can be added.

import { call } from "../api.js";
import { toast } from "../toast.js";
import { fresh, h } from "./dom.js";
import { control } from "./control.js";
import { t } from "../words.js";

const WAIT = 80; // ms after a key

/** get(): {agency, agency_id} or null. set({agency, agency_id}, spans). */
export function agencyControl(desk, { path, id, label, describedby, get, set, settle, settleAll }) {
  const list = fresh("agencies");
  const input = h("input", {
    id,
    type: "text",
    role: "combobox",
    autocomplete: "off",
    spellcheck: "false",
    "aria-label": label,
    "aria-describedby": describedby,
    "aria-expanded": "false",
    "aria-controls": list,
    "aria-autocomplete": "list",
  });
  const options = h("ul.options", { id: list, role: "listbox", "aria-label": t("Cơ quan"), hidden: true });
  let found = [];
  let chosen = -1;
  let timer = 0;

  const close = () => {
    options.hidden = true;
    chosen = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const light = (n) => {
    chosen = n;
    [...options.children].forEach((option, k) => option.setAttribute("aria-selected", String(k === n)));
    const option = options.children[n];
    if (option) {
      input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else input.removeAttribute("aria-activedescendant");
  };
  // What is written letter by letter; else what was abbreviated, or written without accents, is meant to be written out.
  const meant = (words) => {
    const exact = found.findIndex((agency) => agency.name.toLowerCase() === words.toLowerCase());
    return exact >= 0 ? exact : found.findIndex((agency) => agency.sure);
  };
  const show = () => {
    const words = input.value.trim();
    options.replaceChildren(
      ...found.map((agency, n) =>
        h("li", { id: `${list}-${n}`, role: "option", "aria-selected": "false", onmousedown: (event) => pick(event, n) }, agency.name,
          agency.valid ? null : h("small", {}, ` ${t("(không còn vào ngày ban hành)")}`)),
      ),
      words && !found.some((agency) => agency.name === words)
        ? h("li.add", { id: `${list}-add`, role: "option", "aria-selected": "false", onmousedown: (event) => pick(event, found.length) },
            t("Thêm “{name}” vào danh mục", { name: words }))
        : "",
    );
    options.hidden = !options.children.length;
    input.setAttribute("aria-expanded", String(!options.hidden));
    light(meant(words));
  };
  const look = () => {
    clearTimeout(timer);
    const words = input.value.trim();
    if (!words) {
      found = [];
      close();
      return Promise.resolve();
    }
    return call("GET", `/v1/agencies?${new URLSearchParams({ q: words, document: desk.documentId, limit: 8 })}`)
      .then(({ items }) => {
        if (input.value.trim() !== words) return;
        found = items;
        if (document.activeElement === input) show();
      })
      .catch(() => (found = []));
  };
  const take = async (n) => {
    if (n === found.length) {
      const name = input.value.trim();
      return desk.store.making(async () => {
        try {
          found = [await call("POST", "/v1/agencies", { name })];
        } catch (error) {
          toast(error.message, { kind: "bad" });
          return false;
        }
        toast(t("Đã thêm “{name}” vào danh mục cơ quan.", { name }), { kind: "good" });
        return take(0);
      });
    }
    const { name, agency_id } = found[n];
    close();
    input.value = name;
    return set({ agency: name, agency_id });
  };
  const pick = async (event, n) => {
    event.preventDefault();
    await take(n);
    input.value = get()?.agency ?? "";
  };

  input.addEventListener("input", () => {
    light(-1); // what was meant by fewer letters is not what is meant now
    clearTimeout(timer);
    timer = setTimeout(look, WAIT);
  });
  // Before the common control sees the keys.
  input.addEventListener("keydown", async (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (event.altKey || options.hidden) return;
      event.preventDefault();
      const count = options.children.length;
      light((chosen + (event.key === "ArrowDown" ? 1 : -1) + count) % count);
    } else if (event.key === "Escape" && !options.hidden) {
      event.preventDefault();
      event.stopImmediatePropagation();
      close();
    }
  });
  control(desk, input, {
    path,
    get: () => get()?.agency ?? "",
    set: async (words, spans) => {
      if (!words) return set(null);
      if (chosen >= 0 && !spans) return take(chosen);
      input.value = words; // words may come from the page
      await look();
      close();
      const { name = words, agency_id = null } = found[meant(words)] ?? {};
      return set({ agency: name, agency_id, as_written: spans ? words : undefined }, spans);
    },
    settle,
    settleAll,
  });
  input.addEventListener("blur", close);
  return h("span.combo", {}, input, options);
}
