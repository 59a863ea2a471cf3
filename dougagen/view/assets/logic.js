"use strict";
// What the light table computes: no element, no network. Tested on its own.

const VIEWS = ["color", "mask", "douga", "overlay", "plate"];
const VIEW_NAMES = { color: "colour", mask: "cel mask", douga: "douga", overlay: "overlay", plate: "plate" };
const LAYERS = { color: ["color"], mask: ["mask"], douga: ["douga"], overlay: ["color", "mask", "douga"], plate: [] };
const ORDERS = {
  time: ["in time", null],
  unsure: ["least sure first", (a, b) => least(a, sureness) - least(b, sureness)],
  cel: ["most cel first", (a, b) => most(b, (d) => d.cel) - most(a, (d) => d.cel)],
  lines: ["most lines first", (a, b) => most(b, (d) => d.lines) - most(a, (d) => d.lines)],
  long: ["longest shot first", (a, b) => b.stop - b.start - (a.stop - a.start)],
};
const DEFAULTS = { view: "color", q: "", episode: "", flag: "", cel: "", sure: "", order: "time", tab: "", drawing: "" };

function sureness(drawing) { return Math.min(drawing.celSure, drawing.dougaSure); }
function least(shot, value) { return shot.shown.reduce((low, d) => Math.min(low, value(d)), Infinity); }
function most(shot, value) { return shot.shown.reduce((high, d) => Math.max(high, value(d)), -Infinity); }

// The state of the page as its address, and back. An id keeps its slash: the address is to be read by people.
function addressOf(state) {
  const said = Object.keys(DEFAULTS).filter((key) => state[key] !== DEFAULTS[key]);
  const words = said.map((key) => key + "=" + encodeURIComponent(state[key]).replaceAll("%2F", "/"));
  return words.length ? "#" + words.join("&") : "";
}

function stateOf(hash) {
  const state = { ...DEFAULTS };
  for (const word of hash.replace(/^#/, "").split("&")) {
    const [key, value] = [word.split("=", 1)[0], word.slice(word.indexOf("=") + 1)];
    if (!(key in DEFAULTS) || !Object.hasOwn(DEFAULTS, key)) continue;
    try { state[key] = decodeURIComponent(value); } catch { /* an address that was cut short */ }
  }
  if (!VIEWS.includes(state.view)) state.view = DEFAULTS.view;
  if (!Object.hasOwn(ORDERS, state.order)) state.order = DEFAULTS.order;
  return state;
}

// Drawings of one episode → its shots along time. `sheets` has, by shot, where it begins and ends
// on the timesheet, and how many drawings it has there.
function shotsOf(drawings, sheets) {
  const shots = new Map();
  for (const drawing of drawings) {
    if (!shots.has(drawing.shot)) shots.set(drawing.shot, []);
    shots.get(drawing.shot).push(drawing);
  }
  const found = [...shots].map(([index, members]) => {
    members.sort((a, b) => begin(a) - begin(b));
    const [from, to, count] = sheets?.[index] ?? [Infinity, -Infinity, 0];
    const start = members.reduce((low, d) => Math.min(low, begin(d)), from);
    const stop = members.reduce((high, d) => Math.max(high, end(d)), to);
    members.forEach((drawing, place) => { drawing.number ??= place + 1; });
    return { index, drawings: members, shown: members, start, stop, total: Math.max(members.length, count) };
  });
  return found.sort((a, b) => a.start - b.start);
}

function begin(drawing) { return drawing.spans.length ? drawing.spans[0][0] : drawing.frame; }
function end(drawing) { return drawing.spans.length ? drawing.spans.at(-1)[1] : drawing.frame + 1; }

// The exposures of a shot in order, [start, stop) each; where no drawing is known there is a gap without one.
function timelineOf(shot) {
  const lines = shot.drawings.flatMap((drawing) => drawing.spans.map(([start, stop]) => ({ start, stop, drawing })));
  lines.sort((a, b) => a.start - b.start);
  const whole = [];
  let at = shot.start;
  for (const line of lines) {
    if (line.start > at) whole.push({ start: at, stop: line.start, drawing: null });
    if (line.stop > at) whole.push({ ...line, start: Math.max(at, line.start) });
    at = Math.max(at, line.stop);
  }
  if (shot.stop > at) whole.push({ start: at, stop: shot.stop, drawing: null });
  return whole;
}

function exposureAt(timeline, frame) {
  let [low, high] = [0, timeline.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (timeline[middle].stop <= frame) low = middle + 1; else high = middle;
  }
  return timeline[low];
}

// The frame that is on screen some milliseconds after `from` was; the shot begins again at its end.
function frameAfter(from, milliseconds, shot, rate) {
  const length = Math.max(1, shot.stop - shot.start);
  const passed = Math.floor(milliseconds * rate / 1000 + 1e-6);
  return shot.start + (from - shot.start + passed) % length;
}

// Where the picture of a frame lies on a plate: that of the frame, else of the last one before it.
function placementAt(plate, frame) {
  let found = plate.placements[0];
  for (const placement of plate.placements)
    if (placement[0] <= frame && (!found || found[0] > frame || placement[0] >= found[0])) found = placement;
  return found ?? [frame, 0, 0, 1];
}

// "shot:2 frame:51 dark" → conditions, all of which have to hold.
function wordsOf(text) {
  return text.toLowerCase().split(/\s+/).filter(Boolean).map((word) => {
    const found = /^(shot|drawing|frame|flag):(.+)$/.exec(word);
    return found ? { key: found[1], value: found[2] } : { key: "", value: word };
  });
}

function holds(word, drawing, label) {
  const number = Number(word.value);
  switch (word.key) {
    case "shot": return drawing.shot + 1 === number;
    case "drawing": return drawing.number === number;
    case "frame": return drawing.frame === number || drawing.spans.some(([a, b]) => a <= number && number < b);
    case "flag": return drawing.flags.some((flag) => flag.toLowerCase().includes(word.value));
  }
  const words = [label, drawing.source, drawing.origin, ...drawing.flags];
  return words.some((text) => text.toLowerCase().includes(word.value)) || isOfId(word.value, drawing.id);
}

// A word of a few digits is no piece of an id: every other one would hold it.
function isOfId(value, id) { return (value.length >= 6 || value.includes("/")) && id.toLowerCase().includes(value); }

const SHARES = { "0": [0, 0], "0-10": [0, 0.1], "10-50": [0.1, 0.5], "50-100": [0.5, 1] };
const SURE = { "0-50": [0, 0.5], "50-80": [0.5, 0.8], "80-95": [0.8, 0.95], "95-100": [0.95, 1] };

function within(value, range) { return !range || (value >= range[0] && (value < range[1] || range[1] === 1 || value === range[0])); }

// Which drawings a state shows, as a test that is made once.
function testOf(state) {
  const words = wordsOf(state.q);
  return (drawing, label) =>
    (!state.flag || (state.flag === "-" ? !drawing.flags.length : drawing.flags.includes(state.flag))) &&
    within(drawing.cel, SHARES[state.cel]) && within(sureness(drawing), SURE[state.sure]) &&
    words.every((word) => holds(word, drawing, label));
}

// The episodes that are worth opening. A word that some episode is named by is meant for episodes.
function episodesFor(episodes, state) {
  let left = state.episode ? episodes.filter((episode) => episode.id === state.episode) : episodes;
  for (const { key, value } of wordsOf(state.q)) {
    const named = left.filter((e) => e.label.toLowerCase().includes(value) || isOfId(value.split("/")[0], e.id));
    if (!key && named.length) left = named;
  }
  return left;
}

function clock(seconds) {
  const hundredths = Math.max(0, Math.round(seconds * 100));
  const [hours, minutes] = [Math.floor(hundredths / 360000), Math.floor(hundredths / 6000) % 60];
  const rest = (hundredths % 6000 / 100).toFixed(2).padStart(5, "0");
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

// Seconds and frames, as on a sheet and in `dougagen probe`: 1+21.
function lengthOf(frames, rate) {
  const second = Math.round(rate) >= 1 && Math.round(rate) <= 60 ? Math.round(rate) : 24;
  return `${Math.floor(frames / second)}+${String(frames % second).padStart(2, "0")}`;
}

// How long a drawing is held each time: 2, or 3 ×6, or 2+2+28.
function heldOf(drawing) {
  const lengths = drawing.spans.map(([a, b]) => b - a);
  if (lengths.length > 1 && new Set(lengths).size === 1) return `${lengths[0]} ×${lengths.length}`;
  return lengths.slice(0, 4).join("+") + (lengths.length > 4 ? "+…" : "");
}

function many(count, what) { return `${count.toLocaleString("en")} ${what}${count === 1 ? "" : "s"}`; }
function percent(share) { return (100 * share).toFixed(1) + " %"; }

if (typeof module !== "undefined")
  module.exports = { DEFAULTS, addressOf, clock, episodesFor, exposureAt, frameAfter, heldOf, lengthOf, placementAt, shotsOf, stateOf, testOf, timelineOf };
