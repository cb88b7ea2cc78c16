/** Who is in the picture, and how large: told anew when the camera or the world has moved, so that the rest costs nothing. */

import { type Camera, Frustum, Matrix4, Vector3 } from "three";
import { BRUTE } from "../creatures";
import type { Actors } from "./actors";

/** Room around an actor's place within which something of it may be seen [tiles], at its natural size. */
const ROOM = 2.5;

/** Distances [tiles] within which figures show their detail, and beyond which they are points. */
export interface Reach {
  fine: number;
  figures: number;
}

export class Muster {
  /** Rows of the actors' texture, of whom the first `fine`, `coarse`, `seen` or `dots` count. */
  rows = makeRows(0);
  fine = 0;
  coarse = 0;
  /** Agents and creatures that are figures. */
  seen = 0;
  /** Those who are points. */
  dots = 0;
  /** Agents among the figures who carry or do something. */
  equipped = 0;
  /** Creatures among the figures, by the number of their kind. */
  readonly beasts: number[] = [];
  private readonly frustum = new Frustum();
  private readonly matrix = new Matrix4();
  private readonly eye = new Vector3();

  /**
   * Sorts the actors in the view of a camera.
   *
   * @param scale how much larger than life a figure is drawn at a distance.
   * @param chosen rows of those who are figures however far away they are.
   */
  update(
    actors: Actors,
    camera: Camera,
    reach: Reach,
    scale: (distance: number) => number,
    chosen: readonly number[] = [],
  ): void {
    if (this.rows.seen.length < actors.count) this.rows = makeRows(actors.count);
    this.matrix.multiplyMatrices(camera.projectionMatrix, camera.matrixWorldInverse);
    this.frustum.setFromProjectionMatrix(this.matrix);
    this.eye.setFromMatrixPosition(camera.matrixWorld);
    this.fine = this.coarse = this.seen = this.dots = this.equipped = 0;
    this.beasts.length = 0;
    const { fine, coarse, seen, dots, equipped, beasts } = this.rows;
    actors.eachPlace((row, x, y, z) => {
      const distance = Math.hypot(x - this.eye.x, y - this.eye.y, z - this.eye.z);
      if (!this.inView(x, y, z, ROOM * scale(distance))) return;
      if (distance > reach.figures && !chosen.includes(row)) {
        dots[this.dots++] = row;
        return;
      }
      seen[this.seen++] = row;
      const species = actors.speciesOf(row);
      if (species > 0) {
        const nth = this.beasts[species] ?? 0;
        beasts[species][nth] = row;
        this.beasts[species] = nth + 1;
        return;
      }
      if (actors.isEquipped(row)) equipped[this.equipped++] = row;
      if (distance < reach.fine) fine[this.fine++] = row;
      else coarse[this.coarse++] = row;
    });
  }

  private inView(x: number, y: number, z: number, room: number): boolean {
    for (const { normal, constant } of this.frustum.planes) {
      if (normal.x * x + normal.y * y + normal.z * z + constant < -room) return false;
    }
    return true;
  }
}

function makeRows(count: number) {
  const room = count && 2 ** Math.ceil(Math.log2(Math.max(count, 64)));
  const make = () => new Float32Array(room);
  const beasts = Array.from({ length: BRUTE + 1 }, make);
  return { fine: make(), coarse: make(), seen: make(), dots: make(), equipped: make(), beasts };
}
