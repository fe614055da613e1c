"use strict";
(() => {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const places = (path) => document.querySelectorAll(`[data-fields~="${CSS.escape(path)}"]`);
  const entry = (path) => document.querySelector(`[data-field="${CSS.escape(path)}"]`);
  const bringIntoView = (element) =>
    element.scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });

  function select(path, from) {
    document.querySelectorAll(".on").forEach((element) => element.classList.remove("on"));
    const marks = [...places(path)];
    const value = entry(path);
    marks.forEach((element) => element.classList.add("on"));
    if (value) value.classList.add("on");
    if (from === "values" && marks.length) bringIntoView(marks[0]);
    if (from === "pages" && value) bringIntoView(value);
  }

  document.querySelector(".values").addEventListener("click", (event) => {
    const value = event.target.closest("[data-field]");
    if (value) select(value.dataset.field, "values");
  });
  document.querySelector(".pages").addEventListener("click", (event) => {
    const mark = event.target.closest("[data-fields]");
    // The last named is the most particular: the agency, not the task around it.
    if (mark) select(mark.dataset.fields.split(" ").at(-1), "pages");
  });
  document.querySelectorAll("[data-layer]").forEach((box) => {
    const apply = () => document.body.classList.toggle(`hide-${box.dataset.layer}`, !box.checked);
    box.addEventListener("change", apply);
    apply(); // a reloaded page keeps its ticks
  });
  const only = document.querySelector("[data-only-doubtful]");
  if (only) {
    const apply = () => document.body.classList.toggle("only-doubtful", only.checked);
    only.addEventListener("change", apply);
    apply();
  }
})();
