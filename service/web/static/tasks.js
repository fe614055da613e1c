// The list of tasks: agencies by type-ahead, filters that are kept, an address for calendar programs.

import { call } from "/static/api.js";
import { toast } from "/static/toast.js";
import { t } from "/static/words.js";

// Agencies, as the register and the office know them.

const agency = document.querySelector("#find [name=agency]");
const offered = document.getElementById("agencies");
let asked = 0;
agency.addEventListener("input", async () => {
  const typed = agency.value.trim();
  const mine = ++asked;
  if (typed.length < 2) return;
  const { items } = await call("GET", `/v1/agencies?q=${encodeURIComponent(typed)}&limit=12`).catch(() => ({ items: [] }));
  if (mine !== asked) return; // more has been typed meanwhile
  offered.replaceChildren(
    ...items.map(({ name }) => {
      const option = document.createElement("option");
      option.value = name;
      // What was typed may be an abbreviation, which the browser would not find in the name.
      option.label = typed.toLowerCase() === name.toLowerCase() ? name : `${name} (${typed})`;
      return option;
    }),
  );
});

// An address without empty conditions can be read, kept and sent.
document.getElementById("find").addEventListener("formdata", ({ formData }) => {
  for (const [name, value] of [...formData]) if (!value) formData.delete(name);
});

function on(name, act) {
  const form = document.querySelector(`#${name} form`);
  form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const error = form.querySelector(".error");
    error.textContent = "";
    try {
      await act(form);
    } catch (refused) {
      error.textContent = refused.message;
    }
  });
}

on("keep", async (form) => {
  const query = new URLSearchParams(location.search);
  query.delete("cursor");
  await call("POST", "/v1/filters", { name: form.elements.name.value, query: String(query), shared: form.elements.shared.checked });
  location.reload();
});

document.addEventListener("click", async ({ target }) => {
  const { forget } = target.closest("[data-forget]")?.dataset ?? {};
  if (!forget) return;
  try {
    await call("DELETE", `/v1/filters/${forget}`);
    target.closest("li").remove();
    toast(t("Đã bỏ bộ lọc."), { kind: "good" });
  } catch (refused) {
    toast(refused.message, { kind: "bad" });
  }
});

on("calendar", async (form) => {
  const { secret } = await call("POST", "/v1/calendar/links");
  const query = new URLSearchParams();
  for (const name of ["agency", "role", "document"]) if (form.dataset[name]) query.set(name, form.dataset[name]);
  query.set("token", secret);
  form.elements.address.value = `${location.origin}/v1/calendar.ics?${query}`;
  document.getElementById("made").hidden = false;
  form.querySelector(".primary").hidden = true;
  form.elements.address.focus();
  form.elements.address.select();
});

document.querySelector("[data-copy]")?.addEventListener("click", async ({ target }) => {
  const { address } = target.form.elements;
  address.select();
  // Only secure addresses have a clipboard; elsewhere what is selected is copied by hand.
  if (navigator.clipboard) await navigator.clipboard.writeText(address.value).catch(() => {});
  toast(navigator.clipboard ? t("Đã chép.") : t("Địa chỉ đã được chọn; bấm Ctrl+C để chép."), { kind: "good" });
});
