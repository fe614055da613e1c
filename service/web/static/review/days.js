// Days as offices write them.

/** "7/1/2021", "07-01-2021", "ngày 07 tháng 01 năm 2021", "2021-01-07" as ISO; "" for nothing, null for what is no day. */
export function isoDay(text) {
  const words = text.trim().toLowerCase();
  if (!words) return "";
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(words);
  const local = /^(?:ngày\s+)?(\d{1,2})\s*(?:[/.-]|tháng)\s*(\d{1,2})\s*(?:[/.-]|năm)\s*(\d{4})$/.exec(words);
  const parts = iso ? iso.slice(1) : local?.slice(1).reverse();
  if (!parts) return null;
  const [year, month, date] = parts.map(Number);
  const found = new Date(Date.UTC(year, month - 1, date));
  const whole = found.getUTCFullYear() === year && found.getUTCMonth() === month - 1 && found.getUTCDate() === date;
  return whole ? found.toISOString().slice(0, 10) : null;
}
