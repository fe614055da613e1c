// Handing in files: one line a file, three at a time.

import { draw, follow } from "./job.js";

const form = document.getElementById("upload");
const input = document.getElementById("files");
const list = document.getElementById("progress");
const AT_ONCE = 3;

async function send(file) {
  const line = document.createElement("li");
  const name = document.createElement("strong");
  const status = document.createElement("span");
  name.textContent = file.name;
  status.textContent = " đang gửi …";
  line.append(name, " ", status);
  list.append(line);
  if (file.size > Number(form.dataset.limit) * 1024 * 1024) {
    status.textContent = `Tệp quá lớn; tối đa ${form.dataset.limit} MiB.`;
    return;
  }
  const body = new FormData();
  body.append("file", file);
  try {
    const answer = await fetch("/v1/documents", { method: "POST", body });
    const content = await answer.json();
    if (!answer.ok) {
      status.textContent = content.detail;
      return;
    }
    draw(status, content.job);
    const link = document.createElement("a");
    link.href = `/documents/${content.document.id}`;
    link.textContent = file.name;
    name.replaceChildren(link);
    if (!content.new_document) line.append(" (tệp này đã được nộp trước đó)");
    await follow(content.job.id, (job) => draw(status, job));
    await refresh();
  } catch {
    status.textContent = "Không gửi được. Hãy kiểm tra kết nối rồi thử lại.";
  }
}

// The list as the server draws it now, in place of the one shown.
async function refresh() {
  const page = new DOMParser().parseFromString(await (await fetch("/")).text(), "text/html");
  document.getElementById("documents").replaceWith(page.getElementById("documents"));
}

async function sendAll(files) {
  const waiting = [...files];
  const lane = async () => {
    while (waiting.length) await send(waiting.shift());
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  input.value = "";
}

input.addEventListener("change", () => sendAll(input.files));
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("dragover", (event) => {
  event.preventDefault();
  form.classList.add("over");
});
form.addEventListener("dragleave", () => form.classList.remove("over"));
form.addEventListener("drop", (event) => {
  event.preventDefault();
  form.classList.remove("over");
  sendAll(event.dataTransfer.files);
});
