"use strict";
// Where drawings come from: carried by the page itself, or asked of the server behind `dougagen view`.

const PORTION = 20000; // drawings that are grouped into shots at once; an episode of half an hour has fewer

class CarriedSource {
  constructor(data) {
    Object.assign(this, data.about);
    this.all = data.drawings;
  }
  async *portions(episode) {
    yield { drawings: this.all.filter((drawing) => drawing.episode === episode.id), sheets: this.sheets[episode.id] ?? {} };
  }
  address(drawing, kind) { return drawing.pictures[kind]; }
  async platesOf(drawing) { return { plates: this.shelves[drawing.episode]?.[drawing.shot] ?? [] }; }
  plateAddress(plate) { return plate.image; }
  async whatIsWrong() { return "this picture cannot be shown"; }
}

class ServedSource {
  constructor(about) {
    Object.assign(this, about);
    this.kept = new Map(); // pages of drawings, the last few
    this.shelves = new Map(); // plates by shot
  }
  async page(shard, start) {
    const address = `drawings/${shard}/${start}.json`;
    if (!this.kept.has(address)) {
      const answer = await fetch(address);
      this.kept.set(address, answer.ok ? await answer.json() : { damage: await answer.text() });
      if (this.kept.size > 40) this.kept.delete(this.kept.keys().next().value);
    }
    return this.kept.get(address);
  }
  async *portions(episode) {
    let drawings = [], sheets = {};
    for (const [shard, start] of episode.pages) {
      const page = await this.page(shard, start);
      if (page.damage) { yield { drawings: [], sheets: {}, damage: page.damage }; continue; }
      drawings.push(...page.drawings.filter((drawing) => drawing.episode === episode.id));
      Object.assign(sheets, page.sheets[episode.id]);
      if (drawings.length >= PORTION) { yield { drawings, sheets }; drawings = []; sheets = {}; }
    }
    if (drawings.length) yield { drawings, sheets };
  }
  address(drawing, kind, width) {
    return `picture/${drawing.at[0]}/${drawing.at[1]}/${kind}` + (width ? "/" + width : "");
  }
  async platesOf(drawing) {
    const address = `plates/${drawing.episode}/${drawing.shot}.json`;
    if (!this.shelves.has(address)) {
      const answer = await fetch(address);
      this.shelves.set(address, answer.ok ? await answer.json() : { plates: [], damage: await answer.text() });
      if (this.shelves.size > 200) this.shelves.delete(this.shelves.keys().next().value);
    }
    const { plates, damage } = this.shelves.get(address);
    return { damage, plates: plates.map((plate, number) => ({ ...plate, number, drawing })) };
  }
  plateAddress(plate) { return `plate/${plate.drawing.episode}/${plate.drawing.shot}/${plate.number}`; }
  async whatIsWrong(address) {
    try {
      const answer = await fetch(address);
      return answer.ok ? "this picture cannot be shown" : await answer.text();
    } catch { return "the light table is closed: run dougagen view again"; }
  }
}

async function openSource() {
  const data = document.getElementById("data");
  if (data) return new CarriedSource(JSON.parse(data.textContent));
  const answer = await fetch("about.json");
  if (!answer.ok) throw new Error(await answer.text());
  return new ServedSource(await answer.json());
}
