// Speaking with the service through its public interface.

import { said, t } from "./words.js";

/** The service said no, or could not be reached (status 0). The message is in the language of the page. */
export class Refused extends Error {
  constructor(status, message, problem = {}) {
    super(message);
    this.status = status;
    this.problem = problem;
    this.code = problem.code ?? "";
  }
}

/** An answer's content (JSON, else null) and its headers. Throws Refused. */
export async function ask(method, path, body, headers = {}) {
  const sent = { method, headers: { ...headers } };
  if (body !== undefined) {
    sent.headers["Content-Type"] = "application/json";
    sent.body = JSON.stringify(body);
  }
  let answer;
  try {
    answer = await fetch(path, sent);
  } catch {
    throw new Refused(0, t("Không kết nối được dịch vụ. Hãy kiểm tra mạng rồi thử lại."));
  }
  const type = answer.headers.get("content-type") ?? "";
  const content = answer.status !== 204 && type.includes("json") ? await answer.json() : null;
  if (answer.status === 401 && !location.pathname.startsWith("/sign-in")) offerSignIn();
  if (!answer.ok) {
    const message = content ? said(content) : t("Dịch vụ trả lời lỗi {status}.", { status: answer.status });
    throw new Refused(answer.status, message, content ?? {});
  }
  return { content, headers: answer.headers };
}

/** Only the content. */
export const call = async (...asked) => (await ask(...asked)).content;

// What was typed stays on the page: the sign-in opens beside it.
async function offerSignIn() {
  const { toast } = await import("./toast.js");
  toast(t("Phiên đăng nhập đã hết."), {
    kind: "bad",
    stays: true,
    id: "signed-out",
    action: { text: t("Đăng nhập lại ở thẻ mới"), act: () => window.open("/sign-in", "_blank", "noopener") },
  });
}
