// The texts of the scripts, in the language of the page. The Vietnamese text is the key, as in the templates.

export const language = document.documentElement.lang;

const english = language === "en" ? await (await fetch("/static/english.json")).json() : {};

/** A text with its places filled: t("{count} tệp", { count: 3 }). An English pair is singular and plural. */
export function t(text, values = {}) {
  let said = english[text] ?? text;
  if (Array.isArray(said)) said = said[values.count === 1 ? 0 : 1];
  return said.replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place);
}

/** A text that is translated later, where it is shown: marks it for the check that the catalogue is whole. */
export const term = (text) => text;

/** What an error of the service says, in the language of the page. */
export function said({ detail, detail_en, message, message_en }) {
  return language === "en" ? (detail_en ?? message_en ?? "") : (detail ?? message ?? "");
}

/** 12.345 in Vietnamese, 12,345 in English. */
export const number = (value) => value.toLocaleString(language === "en" ? "en-GB" : "vi-VN");

/** "2026-06-30" as 30/06/2026. */
export const day = (iso) => (iso ? iso.slice(0, 10).split("-").reverse().join("/") : "");

/** Bytes as people say them. */
export function size(bytes) {
  const units = ["byte", "KiB", "MiB", "GiB"];
  let step = 0;
  while (bytes >= 1024 && step < units.length - 1) {
    bytes /= 1024;
    step += 1;
  }
  return `${number(step ? Math.round(bytes * 10) / 10 : bytes)} ${units[step]}`;
}
