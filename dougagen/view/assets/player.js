"use strict";
// A shot at its real timing: which frame is on screen, and the pictures that are needed next.

const AHEAD = 8; // exposures whose pictures are loaded before their time
const PICTURES_KEPT = 64;

class Player {
  // onFrame(frame, exposure) shows a frame; onChange() is told when it starts, stops or waits.
  constructor(source, { onFrame, onChange }) {
    Object.assign(this, { source, onFrame, onChange });
    this.images = new Map(); // address → { image, ready }
    this.playing = this.waiting = false;
    this.speed = 1;
  }

  load(shot, rate, view) {
    this.stop();
    Object.assign(this, { shot, rate, view, timeline: timelineOf(shot), frame: shot.start });
  }

  show(frame) {
    this.frame = Math.min(this.shot.stop - 1, Math.max(this.shot.start, frame));
    this.onFrame(this.frame, exposureAt(this.timeline, this.frame));
  }

  // To another frame, also while it plays.
  seek(frame) {
    this.show(frame);
    this.since = null;
  }

  toggle() { if (this.playing) this.stop(); else this.start(); }

  start() {
    this.playing = true;
    this.since = null;
    this.onChange();
    requestAnimationFrame((now) => this.tick(now));
  }

  stop() {
    this.playing = this.waiting = false;
    this.onChange?.();
  }

  tick(now) {
    if (!this.playing) return;
    if (this.since === null) [this.since, this.from, this.due] = [now, this.frame, null];
    const wanted = this.due ?? frameAfter(this.from, (now - this.since) * this.speed, this.shot, this.rate);
    const exposure = exposureAt(this.timeline, wanted);
    this.prepare(exposure);
    const waits = Boolean(exposure.drawing) && !this.isReady(exposure.drawing);
    if (waits) this.due = wanted; // the clock stands still until this frame can be shown
    else {
      if (this.due !== null) [this.since, this.from, this.due] = [now, wanted, null];
      if (wanted !== this.frame) this.show(wanted);
    }
    if (waits !== this.waiting) { this.waiting = waits; this.onChange(); }
    requestAnimationFrame((later) => this.tick(later));
  }

  prepare(exposure) {
    const place = this.timeline.indexOf(exposure);
    for (let n = 0; n < Math.min(AHEAD, this.timeline.length); n += 1) {
      const { drawing } = this.timeline[(place + n) % this.timeline.length];
      if (drawing && !drawing.damage) for (const kind of LAYERS[this.view]) this.image(this.source.address(drawing, kind));
    }
  }

  isReady(drawing) {
    return drawing.damage || LAYERS[this.view].every((kind) => this.image(this.source.address(drawing, kind)).ready);
  }

  // A picture that loads, or has loaded; one that is damaged is ready, too, and shown as damaged.
  image(address) {
    let known = this.images.get(address);
    if (known) this.images.delete(address); // and in again as the latest
    else {
      known = { image: new Image(), ready: false };
      known.image.fetchPriority = "high";
      known.image.src = address;
      const ready = () => { known.ready = true; };
      known.image.decode().then(ready, ready);
    }
    this.images.set(address, known);
    if (this.images.size > PICTURES_KEPT) this.images.delete(this.images.keys().next().value);
    return known;
  }
}
