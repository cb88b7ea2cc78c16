/** The camera: orbits above the ground, flies where it is sent, and follows an agent. */

import { Matrix4, PerspectiveCamera, Raycaster, Spherical, Vector2, Vector3 } from "three";
import { MapControls } from "three/addons/controls/MapControls.js";
import type { Stand } from "../director/cameraman";
import type { View } from "../store";
import { frameSquare } from "./far/framing";

const FIELD = 38;
const NEAREST = 3;
const FLIGHT = 900;
/** Distance from which a followed agent is looked at [tiles]. */
const FOLLOW_DISTANCE = 13;

interface Flight {
  target: Vector3;
  offset: Vector3;
  fromTarget: Vector3;
  fromOffset: Vector3;
  start: number;
}

export class CameraRig {
  readonly camera = new PerspectiveCamera(FIELD, 1, 0.5, 2000);
  private readonly controls: MapControls;
  private side = 1;
  private home = { row: 0.5, col: 0.5, size: 1 };
  private flight: Flight | null = null;
  /** Whether the whole map is shown, which another shape of the window frames anew. */
  private whole = true;
  private readonly ray = new Raycaster();
  /** Whether the last update moved the camera. */
  moved = true;
  private readonly seen = new Matrix4();

  /** @param calm whether the camera jumps where it would fly. */
  constructor(
    canvas: HTMLCanvasElement,
    private readonly calm: () => boolean,
  ) {
    this.controls = new MapControls(this.camera, canvas);
    this.controls.enableDamping = true;
    this.controls.dampingFactor = 0.12;
    this.controls.zoomToCursor = true;
    this.controls.minDistance = NEAREST;
    this.controls.maxPolarAngle = 1.36;
    this.controls.addEventListener("start", () => {
      this.takeOver();
    });
  }

  /** Calls back when a person moves the camera by hand. */
  onMoved(moved: () => void): void {
    this.controls.addEventListener("start", moved);
  }

  /** Takes on another map, and shows the square of it that matters. */
  fit(side: number, home: { row: number; col: number; size: number }): void {
    this.side = side;
    this.home = home;
    this.controls.maxDistance = side * 2.4 + 20;
    this.camera.far = 1.5 * this.reach(side);
    this.reset(true);
  }

  /** How far beyond a map of this side there is anything to see [tiles]. */
  reach(side: number): number {
    return side * 4 + 200;
  }

  resize(width: number, height: number): void {
    const another = Math.abs(this.camera.aspect - width / height) > 1e-3;
    this.camera.aspect = width / height;
    this.camera.updateProjectionMatrix();
    if (another && this.whole) this.reset(true);
  }

  /** Pixels a tile takes at distance 1, in a picture of this height. */
  tilePixels(height: number): number {
    return height / (2 * Math.tan((FIELD * Math.PI) / 360));
  }

  /** All that matters of the map, from the south. */
  reset(now = false): void {
    const { row, col, size } = this.home;
    const { tilt, distance, south } = frameSquare(this.camera.aspect, (FIELD * Math.PI) / 180);
    const offset = new Vector3().setFromSpherical(new Spherical(distance * size, tilt, 0));
    this.fly(new Vector3(col, 0, row + south * size), offset, now);
    this.whole = true;
  }

  focus(row: number, col: number): void {
    const offset = this.offset();
    if (offset.length() > this.side * 0.8) offset.setLength(Math.max(24, this.side * 0.3));
    this.fly(new Vector3(col + 0.5, 0, row + 0.5), offset);
  }

  /** Comes close to someone who is to be followed. */
  approach(x: number, y: number, z: number): void {
    const offset = this.offset();
    const around = new Spherical().setFromVector3(offset);
    around.radius = Math.min(around.radius, FOLLOW_DISTANCE);
    around.phi = Math.max(around.phi, 0.85);
    this.fly(new Vector3(x, y, z), offset.setFromSpherical(around));
  }

  /** Stands where the director wants it. */
  stand({ target, distance, tilt, heading }: Stand): void {
    this.takeOver();
    this.controls.target.set(...target);
    this.camera.position.setFromSpherical(new Spherical(distance, tilt, heading)).add(this.controls.target);
    this.camera.lookAt(this.controls.target);
  }

  /** Stands where all that matters of the map is seen, gone around by an angle [rad] and nearer by a share. */
  standBack({ around, nearer }: { around: number; nearer: number }): void {
    this.reset(true);
    this.turn(around, 0);
    this.camera.position.lerpVectors(this.controls.target, this.camera.position.clone(), nearer);
  }

  /** Keeps up with someone who moves. */
  track(x: number, y: number, z: number): void {
    if (this.flight) {
      this.flight.target.set(x, y, z);
      return;
    }
    const step = new Vector3(x, y, z).sub(this.controls.target);
    this.controls.target.add(step);
    this.camera.position.add(step);
  }

  pan(right: number, ahead: number): void {
    this.takeOver();
    const reach = this.offset().length();
    const heading = this.controls.getAzimuthalAngle();
    const [dx, dz] = [
      right * Math.cos(heading) - ahead * Math.sin(heading),
      -right * Math.sin(heading) - ahead * Math.cos(heading),
    ];
    const step = new Vector3(dx, 0, dz).multiplyScalar(reach);
    this.controls.target.add(step);
    this.camera.position.add(step);
  }

  turn(around: number, tilt: number): void {
    this.takeOver();
    const sphere = new Spherical().setFromVector3(this.offset());
    sphere.theta += around;
    sphere.phi = Math.min(Math.max(sphere.phi + tilt, 0.05), this.controls.maxPolarAngle);
    this.camera.position.copy(this.controls.target).add(new Vector3().setFromSpherical(sphere));
  }

  zoom(factor: number): void {
    this.takeOver();
    const offset = this.offset();
    const length = Math.min(Math.max(offset.length() * factor, NEAREST), this.controls.maxDistance);
    this.camera.position.copy(this.controls.target).add(offset.setLength(length));
  }

  /** From the camera to what it looks at [tiles]. */
  get distance(): number {
    return this.offset().length();
  }

  /** While following, the wheel comes nearer to the agent instead of the pointer. */
  set following(on: boolean) {
    this.controls.zoomToCursor = !on;
    this.controls.enablePan = !on;
  }

  update(now: number): void {
    if (this.flight) this.advance(this.flight, now);
    else this.controls.update();
    const { target } = this.controls;
    const [x, z] = [clamp(target.x, 0, this.side), clamp(target.z, 0, this.side)];
    const step = new Vector3(x - target.x, 0, z - target.z);
    target.add(step);
    this.camera.position.add(step);
    this.camera.near = Math.max(0.2, this.offset().length() / 60);
    this.camera.updateProjectionMatrix();
    this.camera.updateMatrixWorld();
    const sight = new Matrix4().multiplyMatrices(this.camera.projectionMatrix, this.camera.matrixWorldInverse);
    this.moved = !sight.equals(this.seen);
    this.seen.copy(sight);
  }

  /** The ray through a point of the picture, -1 .. 1 rightwards and upwards. */
  rayAt(x: number, y: number): Raycaster {
    this.ray.setFromCamera(new Vector2(x, y), this.camera);
    return this.ray;
  }

  view(): View {
    const corners = [
      [-1, 1],
      [1, 1],
      [1, -1],
      [-1, -1],
    ].map(([x, y]) => this.ground(x, y));
    const { target } = this.controls;
    return { center: [target.z, target.x], corners, heading: -this.controls.getAzimuthalAngle() };
  }

  private ground(x: number, y: number): [row: number, col: number] {
    const { origin, direction } = this.rayAt(x, y).ray;
    const far = this.side * 4;
    const distance = direction.y < -1e-3 ? Math.min(-origin.y / direction.y, far) : far;
    return [origin.z + direction.z * distance, origin.x + direction.x * distance];
  }

  private offset(): Vector3 {
    return this.camera.position.clone().sub(this.controls.target);
  }

  private takeOver(): void {
    this.flight = null;
    this.whole = false;
  }

  private fly(target: Vector3, offset: Vector3, now = false): void {
    this.whole = false;
    // what is left of a drag or a turn of the wheel must not carry the camera on
    this.controls.enableDamping = false;
    this.controls.update();
    this.controls.enableDamping = true;
    this.flight = {
      target,
      offset,
      fromTarget: this.controls.target.clone(),
      fromOffset: this.offset(),
      start: now || this.calm() ? Number.NEGATIVE_INFINITY : performance.now(),
    };
    if (now || this.calm()) this.advance(this.flight, 0);
  }

  private advance({ target, offset, fromTarget, fromOffset, start }: Flight, now: number): void {
    const t = clamp((now - start) / FLIGHT, 0, 1);
    const share = start === Number.NEGATIVE_INFINITY ? 1 : t * t * t * (t * (6 * t - 15) + 10);
    this.controls.target.lerpVectors(fromTarget, target, share);
    const [a, b] = [new Spherical().setFromVector3(fromOffset), new Spherical().setFromVector3(offset)];
    const sphere = new Spherical(
      a.radius * (b.radius / a.radius) ** share,
      a.phi + (b.phi - a.phi) * share,
      a.theta + shortest(b.theta - a.theta) * share,
    );
    this.camera.position.copy(this.controls.target).add(new Vector3().setFromSpherical(sphere));
    this.camera.lookAt(this.controls.target);
    if (share >= 1) {
      this.flight = null;
      this.controls.update();
    }
  }
}

function clamp(x: number, low: number, high: number): number {
  return Math.min(Math.max(x, low), high);
}

function shortest(turn: number): number {
  return turn - 2 * Math.PI * Math.round(turn / (2 * Math.PI));
}
