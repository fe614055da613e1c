"use strict";
(() => {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const places = (path) => document.querySelectorAll(`[data-fields~="${CSS.escape(path)}"]`);
  const entry = (path) => document.querySelector(`[data-field="${CSS.escape(path)}"]`);
  const bringIntoView = (element) =>
    element.scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });

  let selected = "";

  function select(path, from) {
    selected = path;
    document.querySelectorAll(".on").forEach((element) => element.classList.remove("on"));
    const marks = [...places(path)];
    const value = entry(path);
    marks.forEach((element) => element.classList.add("on"));
    if (value) value.classList.add("on");
    if (from !== "pages" && marks.length) bringIntoView(marks[0]);
    if (from !== "values" && value) bringIntoView(value);
  }

  document.querySelector(".values").addEventListener("click", (event) => {
    const value = event.target.closest("[data-field]");
    if (value) select(value.dataset.field, "values");
    const warning = event.target.closest("[data-go-to]");
    if (warning) select(warning.dataset.goTo, "warnings");
  });
  document.querySelector(".pages").addEventListener("click", (event) => {
    const mark = event.target.closest("[data-fields]");
    if (!mark) return;
    // The last named is the most particular: the agency, not the task around it. A further click goes on to the next.
    const paths = mark.dataset.fields.split(" ").reverse();
    select(paths[(paths.indexOf(selected) + 1) % paths.length], "pages");
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
