"use strict";
const all = JSON.parse(document.getElementById("data").textContent).cards;
const PAGE = 60;
const VIEWS = { color: ["color"], mask: ["mask"], douga: ["douga"], overlay: ["color", "mask", "douga"] };
const SORTS = {
  "order of the episode": null,
  "cel: least sure first": (a, b) => a.celSure - b.celSure,
  "douga: least sure first": (a, b) => a.dougaSure - b.dougaSure,
  "most cel first": (a, b) => b.cel - a.cel,
  "least cel first": (a, b) => a.cel - b.cel,
  "most lines first": (a, b) => b.lines - a.lines,
  "held longest first": (a, b) => b.held - a.held,
};
const state = { view: "color", sort: "order of the episode", episode: "", flag: "", shown: PAGE };
const make = (tag, parent, text) => {
  const node = document.createElement(tag);
  if (text !== undefined) node.textContent = text; // never markup: names come from strangers
  if (parent) parent.append(node);
  return node;
};
const percent = (share) => (100 * share).toFixed(1) + " %";
const picture = (parent, card, kind) => {
  const img = make("img", parent);
  img.loading = "lazy";
  img.alt = kind + " of " + card.id;
  img.src = card[kind];
};

function select(label, options, key) {
  const holder = make("label", document.getElementById("controls"), label);
  const list = make("select", holder);
  for (const [value, text] of options) make("option", list, text).value = value;
  list.name = key;
  list.addEventListener("change", () => { state[key] = list.value; state.shown = PAGE; draw(); });
}

function tally(values) {
  const counts = new Map();
  for (const value of values) counts.set(value, (counts.get(value) || 0) + 1);
  return [...counts].sort((a, b) => (a[0] < b[0] ? -1 : 1)).map(([v, n]) => [v, `${v} (${n})`]);
}

function controls() {
  const form = document.getElementById("controls");
  form.addEventListener("submit", (event) => event.preventDefault());
  const views = make("div", form);
  views.className = "views";
  for (const view of Object.keys(VIEWS)) {
    const button = make("button", views, view);
    button.type = "button";
    button.dataset.view = view;
    button.addEventListener("click", () => { state.view = view; draw(); });
  }
  select("sort", Object.keys(SORTS).map((name) => [name, name]), "sort");
  select("episode", [["", "all"], ...tally(all.map((card) => card.episode))], "episode");
  const flags = tally(all.flatMap((card) => card.flags));
  const none = all.filter((card) => !card.flags.length).length;
  select("flag", [["", "all"], ["-", `none (${none})`], ...flags], "flag");
  make("span", form).id = "count";
}

function chosen() {
  const cards = all.filter((card) =>
    (!state.episode || card.episode === state.episode) &&
    (!state.flag || (state.flag === "-" ? !card.flags.length : card.flags.includes(state.flag))));
  return SORTS[state.sort] ? [...cards].sort(SORTS[state.sort]) : cards;
}

function small(card) {
  const node = document.createElement("button");
  node.type = "button";
  node.className = "card";
  const stack = make("span", node);
  stack.className = "stack " + state.view;
  for (const kind of VIEWS[state.view]) picture(stack, card, kind);
  const facts = make("div", node);
  facts.className = "facts";
  make("b", facts, card.episode);
  make("span", facts, "frame " + card.frame);
  make("span", facts, "held " + card.held);
  make("span", facts, "cel " + percent(card.cel));
  make("span", facts, "sure " + card.celSure.toFixed(2) + " / " + card.dougaSure.toFixed(2));
  for (const flag of card.flags) make("span", facts, flag).className = "flag";
  node.addEventListener("click", () => large(card));
  return node;
}

function large(card) {
  const dialog = document.getElementById("large");
  dialog.replaceChildren();
  const trio = make("div", dialog);
  trio.className = "trio";
  for (const kind of ["color", "mask", "douga"]) {
    const figure = make("figure", trio);
    picture(figure, card, kind);
    make("figcaption", figure, kind === "mask" ? "cel mask" : kind);
  }
  const list = make("dl", dialog);
  const facts = {
    record: card.id, source: card.episode, shot: card.shot, "time, s": card.time, picture: card.size,
    "exposures (frames)": card.exposures.map(([a, b]) => `${a}–${b - 1}`).join(", "), held: card.held,
    cel: percent(card.cel), lines: percent(card.lines), "confidence: cel": card.celSure,
    "confidence: douga": card.dougaSure, origin: card.origin, flags: card.flags.join(", ") || "none",
  };
  for (const [name, value] of Object.entries(facts)) { make("dt", list, name); make("dd", list, String(value)); }
  const close = make("button", dialog, "close");
  close.addEventListener("click", () => dialog.close());
  dialog.onclick = (event) => { if (event.target === dialog) dialog.close(); };
  dialog.showModal();
}

function draw() {
  const cards = chosen();
  document.getElementById("cards").replaceChildren(...cards.slice(0, state.shown).map(small));
  document.getElementById("count").textContent = `${Math.min(state.shown, cards.length)} of ${cards.length} shown`;
  for (const button of document.querySelectorAll("[data-view]"))
    button.setAttribute("aria-pressed", String(button.dataset.view === state.view));
  const more = document.getElementById("more");
  more.replaceChildren();
  if (cards.length > state.shown) {
    const button = make("button", more, "show more");
    button.addEventListener("click", () => { state.shown += PAGE; draw(); });
  }
}

controls();
draw();
