// Signing in, setting a password and signing out, through the public interface.

const problem = document.querySelector("#problem");

async function send(method, path, body) {
  const answer = await fetch(path, {
    method,
    headers: { "Content-Type": "application/json" },
    body: body && JSON.stringify(body),
  });
  if (answer.ok) return true;
  problem.textContent = (await answer.json()).detail;
  return false;
}

function on(id, act) {
  const form = document.querySelector(id);
  form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    problem.textContent = "";
    try {
      await act(Object.fromEntries(new FormData(form)), form);
    } catch {
      problem.textContent = "Không kết nối được dịch vụ. Hãy thử lại.";
    }
  });
}

on("#sign-in", async (given, form) => {
  if (await send("POST", "/v1/session", given)) location.assign(form.dataset.next);
});

on("#way-in", async ({ password, again }) => {
  if (password !== again) {
    problem.textContent = "Hai lần nhập không giống nhau.";
    return;
  }
  const secret = new URLSearchParams(location.search).get("secret") ?? "";
  if (await send("POST", "/v1/invitation", { secret, password })) location.replace("/");
});

document.querySelector("#sign-out")?.addEventListener("click", async () => {
  await fetch("/v1/session", { method: "DELETE" });
  location.assign("/sign-in");
});
