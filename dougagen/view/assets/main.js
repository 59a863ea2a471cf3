"use strict";
// The page: its controls, its keys and its address.

class Page {
  constructor(source) {
    this.source = source;
    this.state = stateOf(location.hash);
    this.list = new List(source, { onOpen: (place, drawing, how) => this.open(place, drawing, how), onNews: () => this.news() });
    this.large = new Large(source, this.list, { onMove: (drawing) => this.moved(drawing) });
    this.headline();
    this.controls();
    addEventListener("hashchange", () => this.arrive());
    addEventListener("popstate", () => this.arrive());
    document.addEventListener("keydown", (event) => this.key(event));
  }

  async begin() {
    // In a large dataset an address leads to its episode, not to the first of hundreds.
    const episode = this.state.drawing.split("/")[0];
    if (this.source.drawings > 5000 && !this.state.episode && this.source.episodes.some((e) => e.id === episode)) this.state.episode = episode;
    this.reflect();
    await this.list.show(this.state);
    await this.follow();
  }

  headline() {
    const { name, drawings, episodes, damaged, note } = this.source;
    document.getElementById("name").textContent = name;
    document.getElementById("sentence").textContent = this.source.sentence ?? `${many(drawings, "drawing")} from ${many(episodes.length, "episode")}`;
    if (damaged.length) {
      const box = make("details", document.getElementById("damaged"), null, "note alarm");
      make("summary", box, `${many(damaged.length, "part")} of the dataset cannot be read`);
      for (const line of damaged) make("p", box, line);
      box.open = damaged.length <= 3;
    }
    if (note) { document.getElementById("note").textContent = note; document.getElementById("note").hidden = false; }
  }

  controls() {
    const bar = document.getElementById("bar");
    bar.addEventListener("submit", (event) => event.preventDefault());
    for (const holder of ["views", "large-views"])
      VIEWS.forEach((view, place) => {
        const button = make("button", document.getElementById(holder), VIEW_NAMES[view]);
        button.type = "button";
        button.dataset.view = view;
        button.title = view === "plate" && !this.source.plates ? "this dataset has no plates" : `${VIEW_NAMES[view]} (${place + 1})`;
        button.disabled = view === "plate" && !this.source.plates;
        button.addEventListener("click", () => this.setView(view));
      });
    const filters = document.getElementById("filters");
    const shares = { "": "any", "0": "none", "0-10": "under 10 %", "10-50": "10 to 50 %", "50-100": "over 50 %" };
    const sure = { "": "any", "0-50": "under 50 %", "50-80": "50 to 80 %", "80-95": "80 to 95 %", "95-100": "over 95 %" };
    const episodes = { "": "all", ...Object.fromEntries(this.source.episodes.slice(0, 3000).map((e) => [e.id, e.label])) };
    this.select(filters, "episode", "episode", Object.entries(episodes));
    this.select(filters, "flag", "flag", []);
    this.select(filters, "cel", "cel", Object.entries(shares));
    this.select(filters, "sure", "sure", Object.entries(sure));
    this.select(filters, "order", "shots", Object.entries(ORDERS).map(([key, [words]]) => [key, words]));
    const clear = make("button", filters, "clear");
    clear.type = "button";
    clear.addEventListener("click", () => this.set({ q: "", episode: "", flag: "", cel: "", sure: "", order: "time" }));
    let typing;
    const search = document.getElementById("search");
    search.addEventListener("input", () => { clearTimeout(typing); typing = setTimeout(() => this.set({ q: search.value.trim() }), 200); });
    const more = document.getElementById("filters-button");
    more.addEventListener("click", () => { filters.hidden = !filters.hidden; more.setAttribute("aria-expanded", String(!filters.hidden)); });
    document.getElementById("help-button").addEventListener("click", () => document.getElementById("help").showModal());
    document.getElementById("theme").addEventListener("click", () => this.theme());
    for (const tab of document.querySelectorAll("[data-tab]")) tab.addEventListener("click", () => this.set({ tab: tab.dataset.tab }));
    document.getElementById("tabs").hidden = !document.getElementById("figures");
  }

  select(parent, key, words, options) {
    const label = make("label", parent, words + " ");
    const list = make("select", label);
    list.name = key;
    for (const [value, text] of options) make("option", list, text).value = value;
    list.addEventListener("change", () => this.set({ [key]: list.value }));
  }

  // The flags that were met so far, with how often.
  flags() {
    const list = document.querySelector('select[name="flag"]');
    const met = [...this.list.flags.keys()].sort();
    const words = [["", "any"], ["-", "none"], ...met.map((flag) => [flag, flag])];
    if (this.state.flag && !words.some(([value]) => value === this.state.flag)) words.push([this.state.flag, this.state.flag]);
    if (list.childElementCount === words.length) return;
    list.replaceChildren();
    for (const [value, text] of words) make("option", list, text).value = value;
    list.value = this.state.flag;
  }

  theme() {
    const dark = document.documentElement.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
    document.documentElement.dataset.theme = dark === "dark" ? "light" : "dark";
  }

  // Another state: the controls, the address and the table follow.
  set(change) {
    const before = this.state;
    this.state = { ...before, ...change };
    if (addressOf(before) === addressOf(this.state)) return;
    this.keep();
    this.reflect();
    if (["q", "episode", "flag", "cel", "sure", "order"].some((key) => before[key] !== this.state[key])) this.list.show(this.state);
    else this.list.state = this.state;
  }

  setView(view) {
    if (view === "plate" && !this.source.plates) return;
    this.set({ view });
    this.list.redraw();
    this.large.setView(view);
  }

  reflect() {
    const { state } = this;
    for (const button of document.querySelectorAll("[data-view]")) button.setAttribute("aria-pressed", String(button.dataset.view === state.view));
    for (const button of document.querySelectorAll("[data-tab]")) button.setAttribute("aria-pressed", String(button.dataset.tab === state.tab));
    for (const list of document.querySelectorAll("#filters select")) list.value = state[list.name];
    const search = document.getElementById("search");
    if (document.activeElement !== search) search.value = state.q;
    const figures = document.getElementById("figures");
    if (figures) figures.hidden = state.tab !== "figures";
    document.getElementById("drawings").hidden = Boolean(figures) && state.tab === "figures";
    const set = ["episode", "flag", "cel", "sure"].filter((key) => state[key]).length;
    document.getElementById("filters-button").textContent = set ? `Filters · ${set}` : "Filters";
    this.large.view = state.view;
  }

  news() {
    const { drawings, done, wanted, searched } = this.list;
    const of = done ? "" : ` so far, ${searched} of ${many(wanted.length, "episode")} read`;
    document.getElementById("count").textContent = many(drawings, "drawing") + of;
    document.getElementById("end").textContent = done ? (drawings ? "" : "Nothing here is as asked for.") : "…";
    this.flags();
  }

  keep(push = false) {
    const address = addressOf(this.state) || location.pathname + location.search;
    if (push) history.pushState({ opened: true }, "", address); else history.replaceState(history.state, "", address);
  }

  open(place, drawing, how = {}) {
    const push = !this.large.isOpen;
    this.state = { ...this.state, drawing: drawing.id };
    if (push) this.keep(true);
    this.large.open(place, drawing, how);
  }

  moved(drawing) {
    if (this.arriving) return; // the address is ahead
    if (!drawing && history.state?.opened) { history.back(); return; } // back where the table was
    this.state = { ...this.state, drawing: drawing?.id ?? "" };
    this.keep();
  }

  // The address has changed by hand, by a link, or by going back.
  async arrive() {
    const before = this.state;
    const wanted = stateOf(location.hash);
    if (addressOf(before) === addressOf(wanted)) return;
    this.state = wanted;
    this.arriving = true;
    this.reflect();
    if (before.view !== wanted.view) { this.list.state = wanted; this.list.redraw(); this.large.setView(wanted.view); }
    if (["q", "episode", "flag", "cel", "sure", "order"].some((key) => before[key] !== wanted[key])) await this.list.show(wanted);
    if (!wanted.drawing && this.large.isOpen) this.large.dialog.close();
    this.arriving = false;
    if (wanted.drawing) await this.follow();
  }

  // Open the drawing that the address names, on the table or, where it is not there, in its episode.
  async follow() {
    const id = this.state.drawing;
    if (!id || (this.large.isOpen && this.large.drawing?.id === id)) return;
    const here = this.list.locate(id);
    if (here) return this.large.open(here.place, here.drawing);
    const episode = this.source.episodes.find((one) => one.id === id.split("/")[0]);
    if (episode)
      for await (const { drawings, sheets } of this.source.portions(episode)) {
        const shots = shotsOf(drawings, sheets).map((shot) => ({ episode, shot }));
        const place = shots.findIndex(({ shot }) => shot.drawings.some((drawing) => drawing.id === id));
        if (place >= 0) return this.large.open(place, shots[place].shot.drawings.find((drawing) => drawing.id === id), { shots });
      }
    document.getElementById("note").textContent = `There is no drawing ${id} here.`;
    document.getElementById("note").hidden = false;
    this.moved(null);
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || document.getElementById("help").open) return;
    const typing = event.target.matches("input, select, textarea");
    if (typing) { if (event.key === "Escape") event.target.blur(); return; }
    const onButton = event.target.matches("button, summary") && (event.key === " " || event.key === "Enter");
    if (onButton) return;
    const action = this.actions()[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  }

  actions() {
    const { large, list } = this;
    const views = Object.fromEntries(VIEWS.map((view, place) => [String(place + 1), () => this.setView(view)]));
    const everywhere = { ...views, "?": () => document.getElementById("help").showModal(), "+": () => this.resize(1.25), "-": () => this.resize(0.8) };
    if (large.isOpen)
      return { ...everywhere, ArrowLeft: () => large.step(-1), k: () => large.step(-1), ArrowRight: () => large.step(1), j: () => large.step(1),
        ArrowUp: () => large.stepShot(-1), ArrowDown: () => large.stepShot(1), " ": () => large.player.toggle(), ",": () => large.stepFrame(-1),
        ".": () => large.stepFrame(1), z: () => large.setZoom(), i: () => large.toggleFacts(), Escape: () => large.close() };
    return { ...everywhere, ArrowLeft: () => list.step(-1), k: () => list.step(-1), ArrowRight: () => list.step(1), j: () => list.step(1),
      ArrowUp: () => list.step(-1, true), ArrowDown: () => list.step(1, true), " ": () => this.playFocused(),
      "/": () => document.getElementById("search").focus() };
  }

  playFocused() {
    const cell = document.activeElement.closest?.(".cell") ?? document.querySelector('.cell[tabindex="0"]');
    const here = cell && this.list.locate(cell.dataset.id);
    if (here) this.open(here.place, here.drawing, { play: true });
  }

  resize(by) {
    const root = document.documentElement;
    const now = parseFloat(getComputedStyle(root).getPropertyValue("--cell"));
    root.style.setProperty("--cell", Math.round(Math.min(640, Math.max(110, now * by))) + "px");
    this.list.redraw();
  }
}

openSource().then((source) => new Page(source).begin()).catch((error) => {
  document.getElementById("end").textContent = `The light table cannot be shown: ${error.message}`;
});
