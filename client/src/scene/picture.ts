/** The picture: takes in frames of the world, and draws it again and again. */

import type { App, Pick } from "../app";
import { type Declared, OURS, planted, raised } from "../declared";
import { Cameraman, type Point } from "../director/cameraman";
import { Director } from "../director/director";
import type { Frame } from "../frame";
import { Actors } from "./actors";
import { CameraRig } from "./camera";
import { drawsInSoftware } from "./edges";
import { Effects } from "./effects";
import { FarMap } from "./far/farMap";
import { Sea } from "./far/sea";
import { Figures } from "./figures";
import { Fires } from "./fires";
import { furtherColours } from "./ground";
import { Labels } from "./labels";
import { Muster } from "./muster";
import { noiseTexture } from "./noiseTexture";
import { siteOf } from "./outfits";
import { Overlay } from "./overlay";
import { figureScale, pickAt, type Screen } from "./picking";
import { Pointer } from "./pointer";
import { buildRelief, heartOf, type Relief, sameLevel, sameShape } from "./relief";
import { Stage } from "./stage";
import { blankStats, Typical } from "./stats";
import { Terrain } from "./terrain";
import { CLOCK_TURN, CLOCK_UNIT, TileTexture } from "./tiles";
import { Timeline } from "./timeline";
import { Trees } from "./trees";
import { makeShared } from "./uniforms";

export type Parts = Omit<App, "scene">;

const LABEL_EVERY = 200;
const VIEW_EVERY = 120;
/** Figures show their detail where a tile takes as many pixels as this, and are points where it takes fewer than that. */
const FINE_FROM = 20;
const POINTS_BELOW = 4.5;
/** The air hides things from this many sides of the map on, and this many times as far as what is looked at. */
const CLEAR = { sides: 2.4, looks: 2.2 } as const;

/** Everything that is drawn, and the loop that draws it. */
export class Picture {
  readonly stats = blankStats();
  readonly shared = makeShared();
  private readonly stage: Stage;
  readonly rig: CameraRig;
  private readonly timeline = new Timeline();
  private readonly terrain = new Terrain(this.shared);
  private readonly sea = new Sea(this.shared);
  private readonly trees = new Trees(this.shared);
  readonly actors = new Actors();
  private readonly muster = new Muster();
  private readonly figures = new Figures(this.shared);
  readonly effects = new Effects(this.shared);
  readonly fires = new Fires(this.shared);
  private readonly director = new Director();
  private readonly cameraman = new Cameraman();
  private readonly labels = new Labels(this.shared);
  private readonly overlay = new Overlay(this.shared);
  private readonly pointer: Pointer;
  private tiles: TileTexture | null = null;
  private farMap: FarMap | null = null;
  relief: Relief | null = null;
  private shape = new Uint8Array(0);
  private declared: Declared = OURS;
  private height = 1;
  private undrawn = false;
  /** Rows of those who were chosen when the view was last surveyed; null when it must be anew. */
  private surveyed: string | null = null;
  /** Whom the camera has come close to. */
  private approached: number | null = null;
  private still: boolean;
  private seconds = 0;
  private labelled = 0;
  private viewed = 0;
  private lastDraw = 0;
  private readonly scriptTimes = new Typical();
  private readonly frameTimes = new Typical();

  constructor(
    canvas: HTMLCanvasElement,
    private readonly app: Parts,
    private readonly drawn: (tick: number) => void,
  ) {
    const calm = matchMedia("(prefers-reduced-motion: reduce)");
    const software = drawsInSoftware();
    this.shared.uNoise.value = noiseTexture(software);
    this.rig = new CameraRig(canvas, () => calm.matches);
    this.stage = new Stage(canvas, this.shared, software, (width, height) => {
      this.height = height;
      this.surveyed = null;
      this.rig.resize(width, height);
      this.shared.uTilePixels.value = this.rig.tilePixels(height) * this.shared.uPixelRatio.value;
      if (this.lastDraw > 0) this.draw(performance.now(), this.seconds, calm.matches); // a resized canvas is blank
    });
    this.stage.scene.add(
      this.terrain.group,
      this.sea.mesh,
      this.trees.group,
      this.fires.group,
      this.figures.group,
      this.effects.mesh,
      this.labels.mesh,
    );
    this.pointer = new Pointer(
      canvas,
      (x, y) => this.pick(x, y),
      app,
      (row, col) => {
        app.actions.orbit();
        this.rig.focus(row, col);
      },
    );
    this.still = app.url.still;
    this.react();
    app.world.onFrame((frame) => this.show(frame));
    const loop = (now: number) => {
      requestAnimationFrame(loop);
      if (this.still || now - this.lastDraw < this.stage.quality.level.interval) return;
      this.lastDraw = now;
      if (this.stage.quality.drawn(now)) this.stage.resize();
      this.draw(now, performance.now() / 1000, calm.matches);
    };
    this.stage.warm(this.rig.camera, [this.terrain.material, this.trees.material]);
    requestAnimationFrame(loop);
  }

  /** Takes in a frame of the world. */
  private show(frame: Frame): void {
    const { welcome } = this.app.store.get();
    if (!welcome) return;
    const began = performance.now();
    if (frame.key) this.takeMap(frame);
    else {
      this.tiles?.change(frame.tiles, this.still ? this.seconds : began / 1000);
      this.farMap?.change(this.app.world.plane, frame.tiles.index);
      if (this.app.world.discovered || this.reshaped(frame)) this.shapeGround(frame.side);
      else if (this.relief) this.trees.change(frame.tiles.index, frame.tiles.material, this.relief);
    }
    if (!this.relief) return;
    const { tick_seconds } = welcome.source;
    const alpha = this.timeline.alpha(began);
    const nominal = (1000 * tick_seconds) / (this.app.store.get().server?.speed ?? 1);
    const jumped = this.timeline.arrive(frame.tick, began, nominal);
    const { declared, plane } = this.app.world;
    const setting = { declared, site: siteOf(frame, plane, this.fires.places) };
    this.actors.show(frame, this.relief, welcome.source, alpha, jumped, setting);
    this.shared.uActors.value = this.actors.texture;
    this.effects.show(frame, this.actors, jumped, declared);
    this.limitSight();
    this.direct(frame);
    this.labelled = 0;
    this.surveyed = null;
    this.undrawn = true;
    this.stats.ticks += 1;
    this.stats.frameMs = this.frameTimes.add(performance.now() - began);
  }

  /** Lets the director, while it holds the camera, decide what of a frame is shown. */
  private direct(frame: Frame): void {
    const { store, world } = this.app;
    const { welcome, camera } = store.get();
    if (camera !== "director" || !welcome) return;
    const { source } = welcome;
    const { declared } = world;
    const speciesOf = (id: number) => world.creature(id)?.species ?? null;
    const shot = this.director.take({ frame, source, declared, rowOf: (id) => world.rowOf(id), speciesOf });
    const rows = shot.subjects.map((id) => this.actors.rowOf(id));
    const living = rows.filter((row) => row >= 0 && this.actors.isAlive(row));
    const places = living.map((row): Point => this.actors.position(row, 1));
    this.cameraman.tick(shot, frame.tick, places);
    store.set({ caption: shot.caption });
  }

  private takeMap(frame: Frame): void {
    const { world } = this.app;
    const { plane, declared } = world;
    const other = declared !== this.declared;
    if (other) {
      this.declared = declared;
      this.shared.uFurther.value.dispose();
      this.shared.uFurther.value = furtherColours(declared);
    }
    if (this.tiles?.side !== frame.side || other) {
      this.tiles?.texture.dispose();
      this.tiles = new TileTexture(frame.side);
      this.shared.uTiles.value = this.tiles.texture;
      this.farMap?.texture.dispose();
      this.farMap = new FarMap(frame.side, declared.further);
      this.shared.uFarMap.value = this.farMap.texture;
      this.sea.surround(frame.side, this.rig.reach(frame.side));
      this.rig.fit(frame.side, heartOf(plane, frame.side));
    }
    this.tiles.fill(plane, (place) => world.knows(place));
    this.farMap?.fill(plane);
    if (this.relief && !other && sameShape(this.shape, plane, raised(declared))) {
      this.trees.change(Uint32Array.from(plane.keys()), plane, this.relief);
      return;
    }
    this.timeline.forget();
    this.shapeGround(frame.side);
  }

  /** Raises hills and plants trees where the map has them. */
  private shapeGround(side: number): void {
    const { plane, declared } = this.app.world;
    this.shape = plane.slice();
    this.relief = buildRelief(plane, side, undefined, raised(declared));
    this.terrain.shape(this.relief);
    this.trees.plant(plane, this.relief, planted(declared));
    this.fires.light(plane, declared, this.relief);
  }

  /** Whether tiles of a frame lie higher or lower than the ground that is drawn. */
  private reshaped({ tiles }: Frame): boolean {
    const heights = raised(this.app.world.declared);
    return tiles.index.some((place, i) => !sameLevel(this.shape[place], tiles.material[i], heights));
  }

  private limitSight(): void {
    const { sight } = this.app;
    const { window } = sight;
    this.shared.uSight.value.set(window?.col ?? 0, window?.row ?? 0, window?.reach ?? -1);
    if (window) this.actors.hide((other) => sight.seesActor(other, window));
  }

  /** Draws one picture at a share of the tick and a time [s], and stands still until `release`. */
  hold(alpha: number, seconds: number): void {
    this.still = true;
    this.timeline.hold(alpha);
    this.draw(performance.now(), seconds);
  }

  /** Says of the newest frame that it has been seen. */
  pass(): void {
    const { frame } = this.app.world;
    if (!this.undrawn || !frame) return;
    this.undrawn = false;
    this.drawn(frame.tick);
  }

  release(): void {
    this.still = false;
    this.timeline.hold(null);
  }

  /** @param seconds the time by which water moves and forests grow; calm water stands still. */
  private draw(now: number, seconds: number, calm = false): void {
    const began = performance.now();
    const { shared, stage, rig } = this;
    const alpha = this.timeline.alpha(now);
    this.seconds = seconds;
    shared.uTime.value = calm ? 0 : seconds;
    shared.uClock.value = (seconds / CLOCK_UNIT) % CLOCK_TURN;
    shared.uAlpha.value = alpha;
    this.aim(alpha, calm);
    rig.update(now);
    this.overlay.update(now, calm || this.still);
    const { labels } = this.app.store.get();
    this.figures.labels = labels;
    this.survey();
    shared.uHaze.value.w = Math.max(CLEAR.sides * (this.relief?.side ?? 1), CLEAR.looks * rig.distance);
    this.farMap?.refresh();
    this.label(now, labels);
    stage.renderer.info.reset();
    stage.render(rig.camera);
    this.pointer.update(alpha < 1);
    this.tell(now, began);
  }

  /** Finds what is in view, and how large; anew only where the camera, the world or what is chosen has changed. */
  private survey(): void {
    const { rig, shared } = this;
    const chosen = [shared.uSelected.value, shared.uHovered.value].filter((row) => row >= 0);
    if (!rig.moved && this.surveyed === String(chosen)) return;
    this.surveyed = String(chosen);
    const { detail } = this.stage.quality.level;
    const tilePixels = rig.tilePixels(this.height);
    this.terrain.update(rig.camera, detail);
    this.trees.update(rig.camera, detail, tilePixels);
    const reach = { fine: (tilePixels / FINE_FROM) * Math.max(detail, 0.5), figures: tilePixels / POINTS_BELOW };
    this.muster.update(this.actors, rig.camera, reach, (distance) => figureScale(tilePixels / distance), chosen);
    this.figures.update(this.muster);
  }

  /** Keeps the selection marked and the followed agent in the middle. */
  private aim(alpha: number, calm: boolean): void {
    const { selected, hovered, camera, play } = this.app.store.get();
    this.shared.uSelected.value = selected === null ? -1 : this.actors.rowOf(selected);
    this.shared.uHovered.value = hovered === null ? -1 : this.actors.rowOf(hovered);
    this.shared.uFocus.value.w = 0;
    this.terrain.own.uGrid.value = play.status === "playing" ? 1 : 0.5 * this.shared.uOverlayShare.value;
    if (camera === "director" && this.director.shot) {
      if (this.cameraman.whole) this.rig.standBack(this.cameraman.drift(alpha, calm));
      else this.rig.stand(this.cameraman.stand(alpha, calm));
      const subject = this.actors.rowOf(this.director.shot.subjects[0] ?? -1);
      if (subject >= 0) this.shared.uFocus.value.set(...this.actors.position(subject, alpha), 1);
    }
    const id = camera === "follow" ? (play.id ?? selected) : null;
    const row = this.actors.rowOf(id ?? -1);
    if (row >= 0) {
      // one who is followed may be seen only later: a newborn, or in a page that was just opened
      if (id !== this.approached) this.rig.approach(...this.actors.position(row, 1));
      this.shared.uFocus.value.set(...this.actors.position(row, alpha), 1);
      this.rig.track(...this.actors.position(row, alpha));
    } else if (id !== null && id === this.approached) this.app.actions.orbit();
    this.approached = row >= 0 ? id : null;
  }

  private label(now: number, all: boolean): void {
    const { welcome, selected, hovered } = this.app.store.get();
    const { frame } = this.app.world;
    if (!frame || !welcome || (!this.still && now - this.labelled < LABEL_EVERY)) return;
    this.labelled = now;
    const chosen = [selected, hovered]
      .map((id) => (id === null ? -1 : this.actors.rowOf(id)))
      .filter((row) => row >= 0);
    this.labels.write(frame, this.actors, this.rig.camera, this.rig.tilePixels(this.height), chosen, all);
  }

  /** Brings the figures up to date, and says what has been drawn. */
  private tell(now: number, began: number): void {
    const { stats, stage } = this;
    const { frame } = this.app.world;
    stats.frames += 1;
    stats.pictureMs = performance.now() - began;
    stats.scriptMs = this.scriptTimes.add(stats.pictureMs);
    stats.drawCalls = stage.renderer.info.render.calls;
    stats.triangles = stage.renderer.info.render.triangles;
    stats.quality = stage.quality.level.name;
    stats.overlayShare = this.shared.uOverlayShare.value;
    if (frame && this.relief) Object.assign(stats, { ready: true, tick: frame.tick, agents: frame.count });
    Object.assign(stats, { equipped: this.muster.equipped, effects: this.effects.shown });
    Object.assign(stats, { creatures: this.actors.beasts.living.length, fires: this.fires.places.length });
    this.pass();
    if (now - this.viewed > VIEW_EVERY && this.relief) {
      this.viewed = now;
      const view = this.rig.view();
      if (JSON.stringify(view) !== JSON.stringify(this.app.store.get().view)) this.app.store.set({ view });
    }
  }

  private react(): void {
    const { store } = this.app;
    store.watch(
      (state) => state.theme,
      (theme) => this.stage.theme(theme),
    );
    store.watch(
      (state) => state.quality,
      (quality) => {
        this.stage.quality.choose(quality);
        this.stage.resize();
      },
    );
    store.watch(
      (state) => (state.overlay.name === null ? null : state.grid),
      (grid) => {
        if (grid || store.get().overlay.name === null) this.overlay.show(grid);
      },
    );
    store.watch(
      (state) => state.camera === "director",
      (directed) => {
        this.director.forget();
        const { frame } = this.app.world;
        if (directed && frame && this.relief) this.direct(frame);
        else store.set({ caption: "" });
      },
    );
    store.watch(
      (state) => state.selected,
      () => {
        this.labelled = 0;
      },
    );
    store.watch(
      (state) => state.camera === "follow" && (state.play.id ?? state.selected) !== null,
      (following) => {
        this.rig.following = following;
      },
    );
  }

  get screen(): Screen {
    const { clientWidth: width, clientHeight: height } = this.stage.canvas;
    return { camera: this.rig.camera, width, height, tilePixels: this.rig.tilePixels(height) };
  }

  /** What lies under a point [CSS px]. */
  pick(x: number, y: number): Pick | null {
    const { frame } = this.app.world;
    if (!frame || !this.relief) return null;
    const { screen, actors, relief } = this;
    const ray = this.rig.rayAt((2 * x) / screen.width - 1, 1 - (2 * y) / screen.height).ray;
    return pickAt(screen, ray, { actors, relief, alpha: this.shared.uAlpha.value }, x, y);
  }
}
