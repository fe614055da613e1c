// The list of tasks: agencies by type-ahead.

import { call } from "./api.js";

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
