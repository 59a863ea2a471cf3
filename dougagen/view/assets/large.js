"use strict";
// The large view: one drawing as large as it is stored, its neighbours a key away, its shot played.

const ZOOMS = ["fit", 1, 2, 4];
const at = (id) => document.getElementById(id);

class Large {
  // `list` has the shots that one can go to; onMove(drawing or null) keeps the address.
  constructor(source, list, { onMove }) {
    Object.assign(this, { source, list, onMove, view: DEFAULTS.view, zoom: "fit" });
    this.dialog = at("large");
    this.player = new Player(source, { onFrame: (frame, line) => this.onFrame(frame, line), onChange: () => this.mark() });
    const press = { back: () => this.step(-1), forth: () => this.step(1), "shot-back": () => this.stepShot(-1), "shot-forth": () => this.stepShot(1),
      play: () => this.player.toggle(), close: () => this.close(), zoom: () => this.setZoom(), "facts-button": () => this.toggleFacts() };
    for (const [id, action] of Object.entries(press)) at(id).addEventListener("click", action);
    at("speed").addEventListener("change", () => { this.player.speed = Number(at("speed").value); this.player.since = null; });
    this.dialog.addEventListener("close", () => this.closed());
    this.dialog.addEventListener("cancel", (event) => { event.preventDefault(); this.close(); });
    this.draggable(at("stage"));
  }

  get isOpen() { return this.dialog.open; }

  // `shots`: where next and before lead; the table's own unless the drawing is not on it.
  open(place, drawing, { play, frame, shots } = {}) {
    this.shots = shots ?? null;
    const known = this.isOpen;
    if (!known) this.dialog.showModal();
    this.enter(place, drawing, frame);
    if (!known) at("stage").focus();
    if (play) this.player.start();
  }

  ring() { return this.shots ?? this.list.shots; }

  enter(place, drawing, frame) {
    this.place = place;
    const { episode, shot } = this.ring()[place];
    this.player.load(shot, episode.rate, this.view);
    at("large-name").textContent = episode.label;
    const strip = stripOf(shot, (wanted) => this.player.seek(wanted));
    strip.id = "large-strip";
    strip.tabIndex = 0;
    strip.setAttribute("role", "slider");
    strip.setAttribute("aria-label", "frame of the shot");
    strip.setAttribute("aria-valuemin", shot.start);
    strip.setAttribute("aria-valuemax", shot.stop - 1);
    this.head = make("i", strip, null, "playhead");
    at("large-strip").replaceWith(strip);
    this.drawing = undefined;
    this.player.show(frame ?? begin(drawing));
    if (this.drawing !== drawing && frame === undefined) this.draw(drawing); // its exposures are damaged
  }

  onFrame(frame, line) {
    const { shot, episode } = this.ring()[this.place];
    this.head.style.left = 100 * (frame - shot.start + 0.5) / (shot.stop - shot.start) + "%";
    at("large-strip").setAttribute("aria-valuenow", frame);
    at("clock").textContent = `frame ${frame} · ${frame - shot.start + 1} of ${shot.stop - shot.start} · ${(Math.round(episode.rate * 1000) / 1000)} a second`;
    if (line.drawing !== this.drawing || this.view === "plate") this.draw(line.drawing, frame);
  }

  draw(drawing, frame) {
    this.drawing = drawing;
    const [picture, { shot }] = [at("picture"), this.ring()[this.place]];
    at("large-place").textContent = `shot ${shot.index + 1}` + (drawing ? ` · drawing ${drawing.number} of ${shot.total}` : "");
    if (!drawing) {
      picture.className = "picture stack";
      picture.replaceChildren();
      make("span", picture, "no drawing of this frame", "broken quiet");
      return;
    }
    picture.style.setProperty("--w", drawing.width);
    picture.style.setProperty("--h", drawing.height);
    if (this.view === "plate" || drawing.damage) layered(picture, this.source, drawing, this.view, { frame });
    else this.layer(picture, drawing);
    picture.classList.add("picture");
    this.facts();
    if (!this.player.playing) this.onMove(drawing);
  }

  // The pictures that the player has loaded go into the page themselves: nothing flickers.
  layer(picture, drawing) {
    picture.className = "stack " + this.view;
    const images = LAYERS[this.view].map((kind) => this.player.image(this.source.address(drawing, kind)).image);
    for (const image of images) {
      image.alt = image === images[0] ? `${VIEW_NAMES[this.view]} of shot ${drawing.shot + 1}, drawing ${drawing.number}` : "";
      const wrong = async () => { const why = await this.source.whatIsWrong(image.src); if (this.drawing === drawing) broken(picture, why); };
      if (image.complete && !image.naturalWidth) wrong(); else image.onerror = wrong;
    }
    picture.replaceChildren(...images);
  }

  // The drawing before or after this one, in the shot and beyond it.
  async step(by) {
    this.player.stop();
    const shown = this.ring()[this.place].shot.shown;
    const now = shown.indexOf(this.drawing);
    const next = now < 0 ? (by > 0 ? shown.find((d) => begin(d) > this.player.frame) : shown.findLast((d) => begin(d) < this.player.frame)) : shown[now + by];
    if (next) return this.player.seek(begin(next)), next.spans.length || this.draw(next);
    return this.stepShot(by, by < 0);
  }

  async stepShot(by, last = false) {
    const played = this.player.playing;
    let next = this.ring()[this.place + by];
    if (!next && by > 0 && !this.shots) { await this.list.more(); next = this.ring()[this.place + by]; }
    if (!next) return;
    this.enter(this.place + by, last ? next.shot.shown.at(-1) : next.shot.shown[0]);
    if (played) this.player.start();
  }

  stepFrame(by) { this.player.stop(); this.player.seek(this.player.frame + by); }

  setView(view) {
    this.view = view;
    if (!this.isOpen) return;
    this.player.view = view;
    this.player.since = null;
    this.draw(this.drawing, this.player.frame);
  }

  setZoom() {
    this.zoom = ZOOMS[(ZOOMS.indexOf(this.zoom) + 1) % ZOOMS.length];
    at("zoom").textContent = this.zoom === "fit" ? "fit" : `${this.zoom}:1`;
    at("stage").classList.toggle("zoomed", this.zoom !== "fit");
    at("picture").style.setProperty("--zoom", this.zoom === "fit" ? 1 : this.zoom / devicePixelRatio);
    at("picture").classList.toggle("pixels", this.zoom >= 2);
  }

  toggleFacts() {
    const shown = at("facts").hidden;
    at("facts").hidden = !shown;
    at("facts-button").setAttribute("aria-expanded", String(shown));
    if (shown) this.facts();
  }

  facts() {
    if (at("facts").hidden || !this.drawing) return;
    const [d, { episode }] = [this.drawing, this.ring()[this.place]];
    const list = document.createElement("dl");
    const facts = {
      record: d.id, source: d.source, shot: d.shot + 1, drawing: d.number, frame: d.frame, time: clock(d.time),
      exposures: d.spans.map(([a, b]) => (b - a === 1 ? a : `${a}–${b - 1}`)).join(", ") || d.damage,
      held: many(d.spans.reduce((sum, [a, b]) => sum + b - a, 0), "frame"), picture: `${d.width}×${d.height}`,
      cel: percent(d.cel), lines: percent(d.lines), "sure of the cel": percent(d.celSure), "sure of the douga": percent(d.dougaSure),
      flags: d.flags.join(", ") || "none", origin: d.origin, "frames a second": Math.round(episode.rate * 1000) / 1000,
    };
    for (const [name, value] of Object.entries(facts)) { make("dt", list, name); make("dd", list, String(value)); }
    if (d.repeats) {
      make("dt", list, "repeats");
      make("a", make("dd", list), d.repeats).href = addressOf({ ...DEFAULTS, view: this.view, drawing: d.repeats });
    }
    at("facts").replaceChildren(list);
  }

  mark() {
    at("play").textContent = this.player.playing ? (this.player.waiting ? "… loading" : "❚❚ stop") : "▶ play";
    this.dialog.classList.toggle("playing", this.player.playing);
    if (this.isOpen && !this.player.playing && this.drawing) this.onMove(this.drawing);
  }

  close() { this.dialog.close(); }

  closed() {
    this.player.stop();
    if (this.list.stale) this.list.redraw();
    this.onMove(null);
    this.list.focus(this.list.cells().find((cell) => cell.dataset.id === this.drawing?.id));
  }

  draggable(stage) {
    stage.addEventListener("pointerdown", (event) => {
      if (!stage.classList.contains("zoomed") || event.pointerType === "touch") return;
      event.preventDefault();
      const [x, y, left, top] = [event.clientX, event.clientY, stage.scrollLeft, stage.scrollTop];
      const move = (later) => stage.scrollTo(left + x - later.clientX, top + y - later.clientY);
      stage.addEventListener("pointermove", move);
      addEventListener("pointerup", () => stage.removeEventListener("pointermove", move), { once: true });
    });
    stage.addEventListener("dblclick", () => this.setZoom());
  }
}
