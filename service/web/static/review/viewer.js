// The page image with the places of values on it: zoom, pan, rotation; choosing a field by its place, and words for a field.

import { h } from "./dom.js";
import { t } from "../words.js";

const SVG = "http://www.w3.org/2000/svg";
const OSD = window.OpenSeadragon;

// The library adds a style of its own to the page, which the content security policy refuses, unless it finds one there. An
// element of that name that is no HTML is one to its eyes and nothing to the browser.
const decoy = document.createElementNS("urn:none", "style");
decoy.setAttribute("data-openseadragon-mobile-css", "");
document.head.append(decoy);

/** Events: "place" (detail.path), "words" (detail: {text, spans} or null), "page" (detail.number). */
export class PageViewer extends EventTarget {
  #number = 0;
  #words = new Map();
  #marks = [];
  #shown = [];
  #from = null;
  #ready = false;

  constructor(place, documentId, pages) {
    super();
    this.documentId = documentId;
    this.pages = pages;
    this.choosing = false;
    this.osd = OSD({
      element: place,
      showNavigationControl: false,
      animationTime: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 0.25,
      springStiffness: 10,
      maxZoomPixelRatio: 3,
      visibilityRatio: 0.3,
      drawer: "canvas",
      crossOriginPolicy: false,
      gestureSettingsMouse: { clickToZoom: false, dblClickToZoom: false },
      gestureSettingsTouch: { clickToZoom: false, dblClickToZoom: true },
      keyboardNavEnabled: true,
    });
    this.osd.addHandler("open", () => this.#opened());
    this.osd.addHandler("canvas-click", (event) => this.#clicked(event));
    this.osd.addHandler("canvas-press", (event) => this.#pressed(event));
    this.osd.addHandler("canvas-drag", (event) => this.#dragged(event));
    this.osd.addHandler("canvas-release", () => (this.#from = null));
    const surface = place.querySelector(".openseadragon-canvas");
    surface?.setAttribute("aria-label", t("Ảnh trang: kéo để di chuyển, lăn chuột để phóng"));
    surface?.setAttribute("role", "application");
  }

  get number() {
    return this.#number;
  }

  get page() {
    return this.pages[this.#number - 1];
  }

  open(number) {
    const page = this.pages[number - 1];
    if (!page || number === this.#number) return;
    this.#number = number;
    this.#ready = false;
    this.osd.open({ type: "image", url: `/v1/documents/${this.documentId}/pages/${number}/image` });
    this.#load(number);
    this.dispatchEvent(new CustomEvent("page", { detail: { number } }));
  }

  turn(step) {
    this.open(Math.min(Math.max(this.#number + step, 1), this.pages.length));
  }

  zoom(factor) {
    this.osd.viewport?.zoomBy(factor).applyConstraints();
  }

  rotate() {
    this.osd.viewport?.setRotation((this.osd.viewport.getRotation() + 90) % 360);
  }

  fit() {
    this.osd.viewport?.goHome();
  }

  /** The places of all fields: [{path, spans, doubtful}]. */
  mark(marks) {
    this.#marks = marks;
    this.#draw();
  }

  /** Show where a value stands: its page, its boxes, near enough to be read. */
  show(spans) {
    this.#shown = spans ?? [];
    const first = this.#shown.find((span) => span.boxes.length) ?? this.#shown[0];
    if (first && first.page !== this.#number) {
      this.open(first.page);
      return; // shown when the page is there
    }
    this.#draw();
    this.#near();
  }

  choose(spans) {
    this.#draw(spans);
  }

  async #load(number) {
    if (this.#words.has(number)) return;
    this.#words.set(number, []);
    const answer = await fetch(`/v1/documents/${this.documentId}/pages/${number}/words`).catch(() => null);
    if (answer?.ok) this.#words.set(number, (await answer.json()).words);
    else this.#words.delete(number);
  }

  #opened() {
    this.#ready = true;
    const image = this.osd.world.getItemAt(0);
    const { width, height } = this.page;
    const size = image.getContentSize();
    this.overlay = document.createElementNS(SVG, "svg");
    this.overlay.setAttribute("viewBox", `0 0 ${width || size.x} ${height || size.y}`);
    this.overlay.setAttribute("preserveAspectRatio", "none");
    this.overlay.setAttribute("aria-hidden", "true");
    this.overlay.classList.add("marks");
    this.osd.addOverlay({ element: this.overlay, location: image.getBounds(), rotationMode: "exact" });
    this.#draw();
    // A page is read from its top, as wide as the place for it.
    if (this.#shown.some((span) => span.page === this.#number && span.boxes.length)) this.#near(true);
    else this.#top();
  }

  #top() {
    const bounds = this.osd.world.getHomeBounds();
    const seen = this.osd.viewport.getBounds(true);
    const height = bounds.width * (seen.height / seen.width);
    this.osd.viewport.fitBounds(new OSD.Rect(bounds.x, bounds.y, bounds.width, Math.min(height, bounds.height)), true);
  }

  #near(at_once = false) {
    const boxes = this.#shown.filter((span) => span.page === this.#number).flatMap((span) => span.boxes);
    if (!boxes.length || !this.#ready) return;
    const [x0, y0] = [0, 1].map((n) => Math.min(...boxes.map((box) => box[n])));
    const [x1, y1] = [2, 3].map((n) => Math.max(...boxes.map((box) => box[n])));
    const image = this.osd.world.getItemAt(0).getBounds();
    const scale = image.width / this.page.width;
    const place = new OSD.Rect(image.x + x0 * scale, image.y + y0 * scale, (x1 - x0) * scale, (y1 - y0) * scale);
    const seen = this.osd.viewport.getBounds(true);
    const inside = seen.x <= place.x && seen.y <= place.y && seen.x + seen.width >= place.x + place.width && seen.y + seen.height >= place.y + place.height;
    if (inside && seen.width <= image.width * 1.1 && !at_once) return; // what is seen already stays where it is
    // As wide as the text without its margins; a little below what is meant there is more to read than above it.
    const width = Math.max(place.width * 1.1, image.width * 0.88);
    const height = width * (seen.height / seen.width);
    const middle = image.x + image.width / 2;
    const left = Math.min(Math.max(middle - width / 2, place.x + place.width - width), place.x);
    const top = Math.max(Math.min(place.y - height * 0.3, image.y + image.height - height), image.y);
    this.osd.viewport.fitBounds(new OSD.Rect(left, top, width, height), at_once);
  }

  #draw(chosen = null) {
    if (!this.overlay) return;
    const rects = [];
    const rect = (box, kind) => {
      const mark = document.createElementNS(SVG, "rect");
      const [x0, y0, x1, y1] = box;
      for (const [name, value] of Object.entries({ x: x0 - 1.5, y: y0 - 1.5, width: x1 - x0 + 3, height: y1 - y0 + 3, rx: 2 }))
        mark.setAttribute(name, value);
      mark.classList.add(kind);
      rects.push(mark);
    };
    const here = (spans) => spans.filter((span) => span.page === this.#number).flatMap((span) => span.boxes);
    for (const { spans, doubtful } of this.#marks) if (doubtful) here(spans).forEach((box) => rect(box, "mark-doubt"));
    here(this.#shown).forEach((box) => rect(box, "mark-shown"));
    if (chosen) here(chosen).forEach((box) => rect(box, "mark-chosen"));
    this.overlay.replaceChildren(...rects);
  }

  #point(event) {
    const image = this.osd.world.getItemAt(0);
    if (!image) return null;
    const at = image.viewerElementToImageCoordinates(event.position);
    const scale = this.page.width / image.getContentSize().x;
    return [at.x * scale, at.y * scale];
  }

  #wordAt([x, y]) {
    const words = this.#words.get(this.#number) ?? [];
    let best = -1;
    let least = 12 * 12; // points: a word is meant by a click beside it
    words.forEach(([, , x0, y0, x1, y1], n) => {
      const dx = Math.max(x0 - x, 0, x - x1);
      const dy = Math.max(y0 - y, 0, y - y1) * 2;
      const distance = dx * dx + dy * dy;
      if (distance < least) [best, least] = [n, distance];
    });
    return best;
  }

  #clicked(event) {
    if (!event.quick || this.choosing || event.originalEvent.shiftKey) return;
    const point = this.#point(event);
    if (!point) return;
    const inside = ([x0, y0, x1, y1]) => x0 - 2 <= point[0] && point[0] <= x1 + 2 && y0 - 2 <= point[1] && point[1] <= y1 + 2;
    const area = ({ spans }) => spans.flatMap((span) => span.boxes).reduce((sum, [x0, y0, x1, y1]) => sum + (x1 - x0) * (y1 - y0), 0);
    const hit = this.#marks
      .filter(({ spans }) => spans.some((span) => span.page === this.#number && span.boxes.some(inside)))
      .sort((a, b) => area(a) - area(b));
    if (hit.length) this.dispatchEvent(new CustomEvent("place", { detail: { path: hit[0].path } }));
    else {
      const word = this.#wordAt(point);
      this.#select(word, word);
    }
  }

  #pressed(event) {
    this.#from = null;
    if (!this.choosing && !event.originalEvent.shiftKey) return;
    const point = this.#point(event);
    if (point) this.#from = this.#wordAt(point);
    if (this.#from >= 0) this.#select(this.#from, this.#from);
  }

  #dragged(event) {
    if (this.#from === null) return;
    event.preventDefaultAction = true;
    const point = this.#point(event);
    const to = point ? this.#wordAt(point) : -1;
    if (this.#from < 0) this.#from = to;
    if (to >= 0) this.#select(this.#from, to);
  }

  #select(from, to) {
    const words = this.#words.get(this.#number) ?? [];
    if (from < 0 || to < 0) {
      this.#draw();
      this.dispatchEvent(new CustomEvent("words", { detail: null }));
      return;
    }
    const chosen = words.slice(Math.min(from, to), Math.max(from, to) + 1);
    const [start, end] = [chosen[0][0], chosen.at(-1)[1]];
    const boxes = [];
    for (const [, , x0, y0, x1, y1] of chosen) {
      const last = boxes.at(-1);
      const middle = (y0 + y1) / 2;
      if (last && last[1] <= middle && middle <= last[3] && x0 >= last[0])
        boxes[boxes.length - 1] = [last[0], Math.min(last[1], y0), Math.max(last[2], x1), Math.max(last[3], y1)];
      else boxes.push([x0, y0, x1, y1]);
    }
    const spans = [{ page: this.#number, start, end, boxes }];
    const text = this.page.text.slice(start, end).replace(/\s+/g, " ").trim();
    this.#draw(spans);
    this.dispatchEvent(new CustomEvent("words", { detail: { text, spans } }));
  }
}

/** Put the buttons above the page into their place. */
export function viewerBar(viewer, place) {
  const count = viewer.pages.length;
  const where = h("span.where", { "aria-live": "polite" });
  const button = (sign, name, act, key) =>
    h("button.quiet", { type: "button", title: key ? `${name} (${key})` : name, "aria-label": name, onclick: act }, sign);
  const choose = h(
    "button.quiet",
    { type: "button", "aria-pressed": "false", title: t("Kéo trên trang để chọn chữ (hoặc giữ Shift)") },
    t("Chọn chữ"),
  );
  choose.addEventListener("click", () => {
    viewer.choosing = !viewer.choosing;
    choose.setAttribute("aria-pressed", String(viewer.choosing));
  });
  const tell = () => (where.textContent = t("Trang {page}/{pages}", { page: viewer.number || 1, pages: count }));
  viewer.addEventListener("page", tell);
  tell();
  place.append(
    button("‹", t("Trang trước"), () => viewer.turn(-1), "Alt+PageUp"),
    where,
    button("›", t("Trang sau"), () => viewer.turn(1), "Alt+PageDown"),
    h("span.gap"),
    button("−", t("Thu nhỏ"), () => viewer.zoom(1 / 1.3), "Alt+-"),
    button("+", t("Phóng to"), () => viewer.zoom(1.3), "Alt+="),
    button(t("Cả trang"), t("Cả trang"), () => viewer.fit(), "Alt+0"),
    button("⟳", t("Xoay"), () => viewer.rotate(), "Alt+R"),
    h("span.gap"),
    choose,
  );
}
