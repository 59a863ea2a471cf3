"use strict";
// The table: episodes, their shots along time, the drawings of each.

const CELLS_AT_ONCE = 240;

function make(tag, parent, text, name) {
  const node = document.createElement(tag);
  if (text !== undefined && text !== null) node.textContent = text; // never markup: names come from strangers
  if (name) node.className = name;
  if (parent) parent.append(node);
  return node;
}

// The pictures of a view, one over the other.
function layered(stack, source, drawing, view, { width, frame, lazy } = {}) {
  stack.className = "stack " + view;
  stack.replaceChildren();
  if (drawing.damage) return broken(stack, drawing.damage);
  if (view === "plate") return plated(stack, source, drawing, frame ?? drawing.frame);
  for (const kind of LAYERS[view]) {
    const image = make("img", stack);
    image.alt = kind === LAYERS[view][0] ? `${VIEW_NAMES[view]} of shot ${drawing.shot + 1}, drawing ${drawing.number}` : "";
    image.decoding = "async";
    if (lazy) [image.loading, image.fetchPriority] = ["lazy", "low"]; // what is large on the screen comes first
    const address = source.address(drawing, kind, width);
    image.addEventListener("error", () => blame(stack, source, image, address));
    image.src = address;
  }
}

async function plated(stack, source, drawing, frame) {
  const { plates, damage } = await source.platesOf(drawing);
  if (!stack.classList.contains("plate")) return; // another view was asked for meanwhile
  stack.replaceChildren();
  if (damage) return broken(stack, damage);
  if (!plates.length) return void make("span", stack, "no plate", "broken quiet");
  for (const plate of plates) {
    const [, x, y, scale] = placementAt(plate, frame);
    const image = make("img", stack);
    image.alt = `background of shot ${drawing.shot + 1}`;
    image.style.width = 100 * plate.width / (drawing.width * scale) + "%";
    image.style.left = -100 * x / (drawing.width * scale) + "%";
    image.style.top = -100 * y / (drawing.height * scale) + "%";
    const address = source.plateAddress(plate); // transparent where nothing is known
    image.addEventListener("error", () => blame(stack, source, image, address));
    image.src = address;
  }
}

// Say what is wrong with a picture, unless another view was asked for meanwhile.
async function blame(stack, source, image, address) {
  const why = await source.whatIsWrong(address);
  if (image.parentNode === stack) broken(stack, why);
}

function broken(stack, why) {
  stack.replaceChildren();
  stack.classList.add("damaged");
  make("span", stack, "damaged: " + why, "broken");
}

// A shot's exposures as wide as they are long; a drawing that comes back has its colour again.
function stripOf(shot, onFrame) {
  const strip = document.createElement("div");
  strip.className = "strip";
  for (const line of timelineOf(shot)) {
    const part = make("span", strip, line.drawing ? String(line.drawing.number) : "", line.drawing ? "tone" + line.drawing.number % 6 : "gap");
    part.style.flexGrow = line.stop - line.start;
    const frames = line.stop - line.start === 1 ? `frame ${line.start}` : `frames ${line.start}–${line.stop - 1}`;
    part.title = line.drawing ? `drawing ${line.drawing.number}, ${frames}` : `no drawing, ${frames}`;
    part.dataset.start = line.start;
  }
  strip.addEventListener("click", (event) => {
    const box = strip.getBoundingClientRect();
    const share = Math.min(0.999999, Math.max(0, (event.clientX - box.left) / box.width));
    onFrame(shot.start + Math.floor(share * (shot.stop - shot.start)));
  });
  return strip;
}

class List {
  constructor(source, { onOpen, onNews }) {
    Object.assign(this, { source, onOpen, onNews });
    this.node = document.getElementById("list");
    this.generation = 0;
    this.flags = new Map();
    this.watch = new IntersectionObserver((seen) => { if (seen.some((one) => one.isIntersecting)) this.more(); }, { rootMargin: "1200px" });
  }

  // Begin again with what a state asks for.
  show(state) {
    this.generation += 1;
    this.state = state;
    this.shots = []; // { episode, shot } as they stand on the table
    this.drawings = this.searched = 0;
    this.done = this.busy = false;
    this.node.replaceChildren();
    this.feed = this.found(state);
    this.watch.disconnect();
    this.watch.observe(document.getElementById("end"));
    return this.more();
  }

  async *found(state) {
    const [passes, order] = [testOf(state), ORDERS[state.order][1]];
    this.wanted = episodesFor(this.source.episodes, state);
    for (const episode of this.wanted) {
      for await (const { drawings, sheets, damage } of this.source.portions(episode)) {
        if (damage) yield { episode, damage };
        const shots = shotsOf(drawings, sheets).map((shot) =>
          ({ ...shot, shown: shot.drawings.filter((drawing) => passes(drawing, episode.label)) })).filter((shot) => shot.shown.length);
        for (const flag of drawings.flatMap((drawing) => drawing.flags)) this.flags.set(flag, (this.flags.get(flag) ?? 0) + 1);
        for (const shot of order ? shots.sort(order) : shots) yield { episode, shot };
      }
      this.searched += 1;
      this.onNews();
    }
  }

  // Lay down a few hundred more. Whoever asks twice at once gets the same promise.
  more() {
    if (this.done) return Promise.resolve();
    this.busy ||= this.lay(this.generation);
    return this.busy;
  }

  async lay(generation) {
    let cells = 0;
    while (cells < CELLS_AT_ONCE) {
      const { value, done } = await this.feed.next();
      if (generation !== this.generation) return;
      if (done) { this.done = true; break; }
      if (value.damage) { this.section(value.episode); make("p", this.node, value.damage, "note alarm"); continue; }
      this.append(value);
      cells += value.shot.shown.length;
      this.drawings += value.shot.shown.length;
    }
    this.busy = false;
    this.onNews();
    const end = document.getElementById("end");
    this.watch.unobserve(end);
    this.watch.observe(end); // it may still be on the screen
  }

  section(episode) {
    if (this.last === episode && this.node.childElementCount) return;
    this.last = episode;
    const head = make("h2", this.node, null, "episode");
    make("span", head, episode.label);
    const facts = [episode.size?.join("×"), episode.shots && many(episode.shots, "shot"), many(episode.drawings, "drawing"), ...episode.flags];
    make("small", head, facts.filter(Boolean).join(" · "));
  }

  append({ episode, shot }) {
    this.section(episode);
    const place = this.shots.push({ episode, shot }) - 1;
    const box = make("section", this.node, null, "shot");
    const head = make("div", box, null, "shot-head");
    make("h3", head, `Shot ${shot.index + 1}`);
    const first = shot.drawings[0];
    const [time, length] = [first.time - (first.frame - shot.start) / episode.rate, shot.stop - shot.start];
    make("span", head, `${clock(time)} · frames ${shot.start}–${shot.stop - 1} · ${lengthOf(length, episode.rate)}`);
    const whole = shot.shown.length === shot.total;
    make("span", head, whole ? many(shot.total, "drawing") : `${shot.shown.length} of ${many(shot.total, "drawing")}`);
    const play = make("button", head, "▶ play", "play");
    play.type = "button";
    play.setAttribute("aria-label", `play shot ${shot.index + 1}`);
    play.addEventListener("click", () => this.onOpen(place, shot.shown[0], { play: true }));
    box.append(stripOf(shot, (frame) => this.onOpen(place, exposureAt(timelineOf(shot), frame).drawing ?? first, { frame })));
    const grid = make("div", box, null, "cells");
    for (const drawing of shot.shown) grid.append(this.cell(place, shot, drawing));
    const rows = Math.ceil(shot.shown.length / Math.max(1, Math.floor(this.node.clientWidth / 230)));
    box.style.containIntrinsicHeight = `auto ${90 + 180 * rows}px`;
  }

  cell(place, shot, drawing) {
    const cell = make("a", null, null, "cell");
    cell.href = addressOf({ ...DEFAULTS, drawing: drawing.id });
    cell.dataset.id = drawing.id;
    cell.tabIndex = this.node.querySelector(".cell") ? -1 : 0;
    const stack = make("span", cell);
    stack.style.aspectRatio = `${Math.max(1, drawing.width)} / ${Math.max(1, drawing.height)}`;
    cell.draw = () => layered(stack, this.source, drawing, this.state.view, { width: thumbnailWidth(), lazy: true });
    cell.draw();
    const own = make("span", cell, null, "own");
    for (const [start, stop] of drawing.spans) {
      const mark = make("i", own);
      mark.style.left = 100 * (start - shot.start) / (shot.stop - shot.start) + "%";
      mark.style.width = 100 * (stop - start) / (shot.stop - shot.start) + "%";
    }
    const facts = make("span", cell, null, "facts");
    make("b", facts, drawing.number);
    make("span", facts, `f ${drawing.frame}`);
    make("span", facts, `held ${heldOf(drawing)}`);
    make("span", facts, `cel ${percent(drawing.cel)}`);
    for (const flag of drawing.flags) make("span", facts, flag, "flag");
    cell.setAttribute("aria-label", `shot ${drawing.shot + 1}, drawing ${drawing.number}, frame ${drawing.frame}`);
    cell.addEventListener("click", (event) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
      event.preventDefault();
      this.onOpen(place, drawing, {});
    });
    return cell;
  }

  // The pictures of another view; not under the large view, whose own come first.
  redraw() {
    this.stale = document.getElementById("large").open;
    if (!this.stale) for (const cell of this.cells()) cell.draw();
  }
  cells() { return [...this.node.querySelectorAll(".cell")]; }

  // Where a drawing stands: { place, drawing }.
  locate(id) {
    for (const [place, { shot }] of this.shots.entries())
      for (const drawing of shot.shown) if (drawing.id === id) return { place, drawing };
    return null;
  }

  focus(cell) {
    if (!cell) return;
    this.node.querySelector('.cell[tabindex="0"]')?.setAttribute("tabindex", "-1");
    cell.tabIndex = 0;
    cell.focus();
  }

  // Move by one cell, or by one row of them.
  async step(by, rows) {
    let cells = this.cells();
    const now = cells.indexOf(document.activeElement);
    if (now < 0) return this.focus(this.node.querySelector('.cell[tabindex="0"]'));
    if (now + by >= cells.length) { await this.more(); cells = this.cells(); }
    if (!rows) return this.focus(cells[Math.min(cells.length - 1, Math.max(0, now + by))]);
    const from = cells[now].getBoundingClientRect();
    const beyond = by > 0 ? cells.slice(now + 1) : cells.slice(0, now).reverse();
    const row = beyond.find((cell) => Math.abs(cell.getBoundingClientRect().top - from.top) > 4)?.getBoundingClientRect().top;
    const beside = beyond.filter((cell) => Math.abs(cell.getBoundingClientRect().top - row) <= 4);
    const away = (cell) => Math.abs(cell.getBoundingClientRect().left - from.left);
    this.focus(beside.sort((a, b) => away(a) - away(b))[0]);
  }
}

function thumbnailWidth() {
  const cell = parseFloat(getComputedStyle(document.documentElement).getPropertyValue("--cell")) || 220;
  return cell * devicePixelRatio > 340 ? 640 : 320;
}
