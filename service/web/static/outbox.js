// Files on their way to the service: chosen, dropped (folders too) or pasted; a line each at once, three sent at a time.

import { dialog } from "./dialog.js";
import { toast } from "./toast.js";
import { day, said, size, t } from "./words.js";

const AT_ONCE = 3;
const AGAIN_AFTER = [2000, 5000, 15_000]; // milliseconds; then a person has to press a button
const LITTER = /^(\..*|thumbs\.db|desktop\.ini|~\$.*)$/i;
const SHORT_TEXT = 200; // characters; what is pasted beyond is taken for a document

const drop = document.getElementById("drop");
const box = document.getElementById("outbox");
const list = document.getElementById("sending");
const lines = new Set();

/** Takes files from now on; `arrived` is called whenever the service has a new one. */
export function watchFiles(arrived) {
  for (const button of drop.querySelectorAll("[data-pick]")) {
    const input = document.getElementById(button.dataset.pick);
    button.addEventListener("click", () => input.click());
    input.addEventListener("change", () => {
      take([...input.files]);
      input.value = "";
    });
  }
  // Anywhere on the page: a file dropped beside the frame would be opened in place of the page.
  addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    drop.classList.add("over");
  });
  addEventListener("dragleave", (event) => event.relatedTarget || drop.classList.remove("over"));
  addEventListener("drop", async (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    drop.classList.remove("over");
    take(await dropped(event.dataTransfer));
  });
  addEventListener("paste", (event) => {
    if (event.target.closest?.("input, textarea")) return;
    const files = [...event.clipboardData.files];
    const text = event.clipboardData.getData("text/plain");
    if (files.length) take(files);
    else if (text.length > SHORT_TEXT) offer(text);
  });
  addEventListener("beforeunload", (event) => {
    if ([...lines].some((line) => line.unsent)) event.preventDefault();
  });
  document.getElementById("send-again").addEventListener("click", () => {
    for (const line of lines) if (line.state === "stuck") line.wait();
    go();
  });
  document.getElementById("clear").addEventListener("click", () => {
    for (const line of lines) if (line.over) line.remove();
    draw();
  });
  onArrival = arrived;
}

let onArrival = async () => {};

/** All files of what was dropped, out of folders in folders too. */
async function dropped(transfer) {
  // Asked for before anything is waited for: afterwards the list is empty.
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return [...transfer.files];
  const files = [];
  const walk = async (entry) => {
    if (entry.isFile) {
      files.push(await new Promise((resolve, reject) => entry.file(resolve, reject)));
      return;
    }
    const reader = entry.createReader();
    for (;;) {
      // A hundred at most at a time; none means that there are no more.
      const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
      if (!some.length) return;
      for (const one of some) await walk(one);
    }
  };
  try {
    for (const entry of entries) await walk(entry);
  } catch {
    toast(t("Có tệp trong thư mục không mở được; các tệp khác vẫn được gửi."), { kind: "bad", stays: true });
  }
  return files;
}

function offer(text) {
  const preview = document.createElement("blockquote");
  preview.className = "pre";
  preview.textContent = text.slice(0, 400) + (text.length > 400 ? " …" : "");
  const actions = document.createElement("div");
  actions.className = "actions";
  const yes = document.createElement("button");
  yes.type = "button";
  yes.className = "primary";
  yes.textContent = t("Nộp đoạn chữ này");
  const no = document.createElement("button");
  no.type = "button";
  no.dataset.closes = "";
  no.textContent = t("Không");
  actions.append(yes, no);
  const asked = dialog(t("Nộp đoạn chữ vừa dán thành một văn bản?"), preview, actions);
  yes.addEventListener("click", () => {
    asked.close();
    take([new File([text], `${t("van-ban-dan")}.txt`, { type: "text/plain" })]);
  });
}

function take(files) {
  const wanted = files.filter((file) => !LITTER.test(file.name));
  if (!wanted.length) toast(t("Không có tệp nào để nộp."), { kind: "bad" });
  for (const file of wanted) {
    const line = new Line(file);
    lines.add(line);
    list.append(line.element);
  }
  draw();
  go();
}

let going = 0;
async function go() {
  while (going < AT_ONCE) {
    const line = [...lines].find(({ state }) => state === "waiting");
    if (!line) return;
    going += 1;
    line.state = "sending";
    send(line).finally(() => {
      going -= 1;
      draw();
      go();
    });
  }
}

async function send(line) {
  const why = await unfit(line.file);
  if (why) {
    line.refused(why);
    return;
  }
  for (let tries = 0; ; tries += 1) {
    let answer;
    try {
      answer = await post(line);
    } catch {
      answer = { status: 0 };
    }
    const { status, content } = answer;
    if (status === 200 || status === 202) {
      await line.accepted(content);
      return;
    }
    const passing = status === 0 || status === 429 || status >= 500;
    if (!passing) {
      const message = content ? said(content) : t("Dịch vụ trả lời lỗi {status}.", { status });
      // Signed out: the file is as good as before.
      if (status === 401) line.stuck(message);
      else line.refused(message);
      return;
    }
    if (tries === AGAIN_AFTER.length) {
      line.stuck(content ? said(content) : t("Không kết nối được dịch vụ."));
      return;
    }
    const pause = (answer.after ?? 0) * 1000 || AGAIN_AFTER[tries];
    line.say(t("Chưa gửi được, thử lại sau {count} giây …", { count: Math.round(pause / 1000) }));
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

/** Posts a file, telling how far it is. fetch cannot tell. */
function post(line) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/v1/documents?file_name=${encodeURIComponent(line.file.name)}`);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.addEventListener("progress", (event) => line.sent(event.loaded / event.total));
    request.addEventListener("load", () => {
      let content = null;
      try {
        content = JSON.parse(request.responseText);
      } catch {
        // An answer of something that stands between: its status has to do.
      }
      resolve({ status: request.status, content, after: Number(request.getResponseHeader("Retry-After")) || undefined });
    });
    request.addEventListener("error", reject);
    request.send(line.file);
  });
}

const MARKS = [[0x89, 0x50, 0x4e, 0x47], [0xff, 0xd8, 0xff], [0x49, 0x49, 0x2a, 0], [0x4d, 0x4d, 0, 0x2a], [0x49, 0x49, 0x2b, 0], [0x4d, 0x4d, 0, 0x2b]];

/** Why the service would not take a file, said before it is sent; "" when it might. The service looks again. */
async function unfit(file) {
  const limit = Number(drop.dataset.limit);
  if (file.size > limit) return t("Tệp quá lớn: {size}; tối đa {limit}. Hãy quét ở độ phân giải thấp hơn hoặc tách tệp.", { size: size(file.size), limit: size(limit) });
  if (file.size === 0) return t("Tệp rỗng (0 byte). Hãy quét hoặc tải lại văn bản.");
  let head;
  try {
    head = new Uint8Array(await file.slice(0, 1024).arrayBuffer());
  } catch {
    return t("Không mở được tệp trên máy này. Tệp có thể đã bị chuyển đi.");
  }
  if (/\.(docx?|rtf|odt)$/i.test(file.name)) return t("Đây là tệp soạn thảo. Hãy xuất ra PDF (Lưu thành PDF) rồi nộp tệp PDF.");
  const text = String.fromCharCode(...head);
  const known = text.includes("%PDF-") || MARKS.some((mark) => mark.every((byte, n) => head[n] === byte)) || /\.(txt|text)$/i.test(file.name) || file.type === "text/plain";
  return known ? "" : t("Loại tệp không được hỗ trợ. Chỉ nhận PDF, PNG, JPEG, TIFF và văn bản thuần (.txt).");
}

/** A file in the outbox. States: waiting, sending, stuck (can be sent again), and over: refused, known or taken. */
class Line {
  state = "waiting";

  constructor(file) {
    this.file = file;
    this.element = document.createElement("li");
    this.name = document.createElement("bdi");
    this.name.className = "file";
    this.name.textContent = file.name;
    const weight = document.createElement("small");
    weight.className = "nowrap";
    weight.textContent = size(file.size);
    this.status = document.createElement("span");
    this.status.className = "status";
    this.element.append(this.name, weight, this.status);
    this.say(t("Chờ gửi"));
  }

  get unsent() {
    return ["waiting", "sending", "stuck"].includes(this.state);
  }

  get over() {
    return !this.unsent;
  }

  say(text, kind = "") {
    this.element.className = kind;
    this.status.replaceChildren(text);
  }

  sent(share) {
    if (!this.bar?.isConnected) {
      this.bar = document.createElement("progress");
      this.bar.setAttribute("aria-label", t("Đang gửi {name}", { name: this.file.name }));
      this.say(this.bar);
    }
    this.bar.value = share;
  }

  wait() {
    this.state = "waiting";
    this.say(t("Chờ gửi"));
  }

  refused(why) {
    this.state = "refused";
    this.say(why, "bad");
  }

  stuck(why) {
    this.state = "stuck";
    this.say(`${why} `, "bad");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "small";
    button.textContent = t("Gửi lại");
    button.setAttribute("aria-label", t("Gửi lại {name}", { name: this.file.name }));
    button.addEventListener("click", () => {
      this.wait();
      draw();
      go();
    });
    this.status.append(button);
  }

  async accepted({ document: found, new_document: fresh }) {
    this.state = "taken";
    const link = document.createElement("a");
    link.href = `/documents/${found.id}`;
    link.textContent = found.number ?? found.file_name;
    if (!fresh) {
      this.say(t("Tệp này đã được nộp ngày {day}:", { day: day(found.received_at) }), "known");
      this.status.append(" ", link);
      return;
    }
    this.say(t("Đã nhận:"), "good");
    this.status.append(" ", link);
    await onArrival();
    // Its row in the list takes over.
    if (document.querySelector(`#list tr[data-key="${found.id}"]`)) this.remove();
  }

  remove() {
    lines.delete(this);
    this.element.remove();
  }
}

function draw() {
  box.hidden = lines.size === 0;
  const all = [...lines];
  const left = all.filter((line) => ["waiting", "sending"].includes(line.state)).length;
  const stuck = all.filter((line) => line.state === "stuck").length;
  document.getElementById("send-again").hidden = stuck < 2;
  document.getElementById("clear").hidden = !all.some((line) => line.over);
  const refused = all.filter((line) => line.state === "refused").length;
  document.getElementById("outbox-title").textContent = left
    ? t("Đang gửi, còn {count} tệp", { count: left })
    : stuck
      ? t("{count} tệp chưa gửi được", { count: stuck })
      : refused
        ? t("{count} tệp không nhận được", { count: refused })
        : t("Đã gửi xong");
}
