// Two versions side by side: the one shown as the later can be put in force.

import { ask, call } from "./api.js";
import { confirmed } from "./dialog.js";
import { toast } from "./toast.js";
import { t } from "./words.js";

const use = document.getElementById("use");

use?.addEventListener("click", async () => {
  const { id, version } = use.dataset;
  if (!(await confirmed(t("Dùng phiên bản {number}? Bản đang dùng vẫn được giữ; kết quả cần được duyệt lại.", { number: version }), t("Dùng phiên bản này")))) return;
  use.ariaDisabled = "true";
  try {
    const { headers } = await ask("GET", `/v1/documents/${id}/record`);
    const wanted = await call("GET", `/v1/documents/${id}/record?version=${version}`);
    await call("PUT", `/v1/documents/${id}/record`, wanted, { "If-Match": headers.get("ETag") });
    location.assign(`/documents/${id}`);
  } catch (refused) {
    use.ariaDisabled = null;
    toast(refused.message, { kind: "bad" });
  }
});
