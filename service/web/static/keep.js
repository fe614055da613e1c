// What a page shows, kept under a name (#keep), or as an address that programs look at by themselves (#subscribe).

import { call } from "./api.js";
import { submits } from "./dialog.js";
import { toast } from "./toast.js";
import { t } from "./words.js";

submits("keep", async (form) => {
  const query = new URLSearchParams(location.search);
  query.delete("cursor");
  const { name, shared } = form.elements;
  await call("POST", "/v1/filters", { page: form.dataset.page, name: name.value, query: String(query), shared: shared.checked });
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

submits("subscribe", async (form) => {
  const { secret } = await call("POST", form.dataset.links);
  const query = new URLSearchParams(form.dataset.query);
  query.set("token", secret);
  form.elements.address.value = `${location.origin}${form.dataset.path}?${query}`;
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
