// The first walk through the product, on the specimen: a step a place, over several pages, until it is ended.
//
// Where it is stands in the session of the tab: { document, step }.

import { t } from "./words.js";

const KEPT = "tour";
const LATE = 8000; // milliseconds that a page may take to show what a step is about

const given = new URLSearchParams(location.search).get("tour");
if (given) {
  sessionStorage.setItem(KEPT, JSON.stringify({ document: given, step: 0 }));
  history.replaceState(null, "", "/");
}
const state = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");

function stepsOf(document) {
  const page = `/documents/${document}`;
  const row = `#list tr[data-key="${CSS.escape(document)}"]`;
  return [
    { at: "/", find: row, title: t("Mỗi tệp một dòng"), text: t("Văn bản mẫu vừa được nộp, như thể bạn thả một bản quét vào khung. Dòng này tự cập nhật khi máy đọc từng trang.") },
    { at: "/", find: `${row} td:nth-child(3)`, until: `${row}:is([data-state="succeeded"], [data-state="partial"])`, title: t("Đọc xong là chờ kiểm tra"), text: t("Trạng thái cho biết đang ở đâu và, khi không đọc được, vì sao và cần làm gì. Đọc bản mẫu mất chừng mười giây.") },
    { at: page, find: ".facts", title: t("Văn bản nói gì"), text: t("Số, ngày, cơ quan ban hành, trích yếu. Bên cạnh là ảnh các trang, phía dưới là nhiệm vụ, chỉ tiêu và lịch sử ai đã sửa gì.") },
    { at: page, find: ".tasks tr.doubtful, .tasks", title: t("Nhiệm vụ, và chỗ máy chưa chắc"), text: t("Mỗi nhiệm vụ có cơ quan chủ trì, phối hợp và thời hạn. Dấu ? là chỗ máy chưa chắc, cần người xem.") },
    { at: `${page}/review`, find: ".record", title: t("Kiểm tra cạnh ảnh trang"), text: t("Chỗ cần xem đứng trước. Chọn một ô, chỗ của nó sáng lên trên trang; sửa xong bấm Enter để sang chỗ tiếp theo. Mọi sửa đổi được lưu ngay.") },
    { at: `/tasks?document=${document}`, find: ".tasks", title: t("Theo dõi nhiệm vụ"), text: t("Lọc theo cơ quan, hạn; xem trên lịch; xuất ra Excel hoặc đưa vào lịch của bạn.") },
    { at: "/", find: "#drop, #list", title: t("Đến lượt văn bản của bạn"), text: t("Thả bản quét vào khung này. Văn bản mẫu có thể gỡ đi: người có quyền duyệt mở nó và chọn “Thu hồi”. Phím ? hiện các phím tắt; mục Trợ giúp luôn ở trên cùng.") },
  ];
}

function end() {
  sessionStorage.removeItem(KEPT);
  document.querySelector(".tour")?.remove();
  document.querySelector(".toured")?.classList.remove("toured");
}

async function shown(selector) {
  const until = Date.now() + LATE;
  for (;;) {
    const found = document.querySelector(selector);
    if (found || Date.now() > until) return found;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

const here = (step) => location.pathname + (step.at.includes("?") ? location.search : "") === step.at;

function go(steps, to) {
  sessionStorage.setItem(KEPT, JSON.stringify({ document: state.document, step: to }));
  if (here(steps[to])) show(steps, to);
  else location.assign(steps[to].at);
}

function button(text, className, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = className;
  made.textContent = text;
  made.addEventListener("click", act);
  return made;
}

async function show(steps, n) {
  document.querySelector(".tour")?.remove();
  document.querySelector(".toured")?.classList.remove("toured");
  const step = steps[n];
  const box = document.createElement("section");
  box.className = "tour card";
  box.setAttribute("aria-label", t("Hướng dẫn"));
  const head = document.createElement("h2");
  head.tabIndex = -1;
  head.textContent = step.title;
  const words = document.createElement("p");
  words.textContent = step.text;
  const where = document.createElement("small");
  where.textContent = `${n + 1}/${steps.length}`;
  const actions = document.createElement("div");
  actions.className = "actions";
  const last = n === steps.length - 1;
  const on = last ? button(t("Kết thúc"), "primary", end) : button(`${t("Tiếp")} →`, "primary", () => go(steps, n + 1));
  actions.append(on);
  if (n) actions.append(button(t("Quay lại"), "", () => go(steps, n - 1)));
  if (!last) actions.append(button(t("Bỏ qua hướng dẫn"), "quiet", end));
  actions.append(where);
  box.append(head, words, actions);
  document.body.append(box);
  head.focus({ preventScroll: true });
  const found = await shown(step.find);
  if (!box.isConnected) return;
  const mark = () => document.querySelector(step.find)?.classList.add("toured");
  // What it is about may be drawn anew at any moment: a row while it is read, the list when it is looked at again.
  const watch = new MutationObserver(() => (box.isConnected ? mark() : watch.disconnect()));
  watch.observe(document.body, { childList: true, subtree: true });
  mark();
  found?.scrollIntoView({ block: "center" });
  if (!step.until) return;
  on.disabled = true;
  while (box.isConnected && !document.querySelector(step.until)) await new Promise((resolve) => setTimeout(resolve, 300));
  on.disabled = false;
}

if (state) {
  const steps = stepsOf(state.document);
  // Somebody who goes their own way goes on from the step of the place they are at, or is left alone.
  const n = here(steps[state.step]) ? state.step : steps.findIndex(here);
  if (n >= 0) show(steps, n);
}
