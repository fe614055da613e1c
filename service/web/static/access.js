// Signing in and setting a password, through the public interface.

import { call } from "./api.js";
import { t } from "./words.js";

const problem = document.getElementById("problem");

function on(id, act) {
  const form = document.getElementById(id);
  form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    problem.textContent = "";
    try {
      await act(Object.fromEntries(new FormData(form)), form);
    } catch (refused) {
      problem.textContent = refused.message;
    }
  });
}

on("sign-in", async (given, form) => {
  await call("POST", "/v1/session", given);
  location.assign(form.dataset.next);
});

on("way-in", async ({ password, again }) => {
  if (password !== again) throw new Error(t("Hai lần nhập không giống nhau."));
  const secret = new URLSearchParams(location.search).get("secret") ?? "";
  await call("POST", "/v1/invitation", { secret, password });
  location.replace("/");
});
