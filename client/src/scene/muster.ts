/** Who is in the picture, and who is close enough to show detail: told anew for each picture, so that the rest costs nothing. */

import { type Camera, Frustum, Matrix4, Vector3 } from "three";
import type { Actors } from "./actors";

/** Room around an actor's place within which something of it may be seen [tiles], at its natural size. */
const ROOM = 2.5;

export class Muster {
  /** Rows of the actors' texture, of whom the first `fine`, `coarse` or `seen` count. */
  rows = { fine: new Float32Array(0), coarse: new Float32Array(0), seen: new Float32Array(0) };
  fine = 0;
  coarse = 0;
  private readonly frustum = new Frustum();
  private readonly matrix = new Matrix4();
  private readonly eye = new Vector3();

  get seen(): number {
    return this.fine + this.coarse;
  }

  /**
   * Sorts the actors in the view of a camera.
   *
   * @param reach distance within which figures show their detail [tiles].
   * @param scale how much larger than life a figure is drawn at a distance.
   */
  update(actors: Actors, camera: Camera, reach: number, scale: (distance: number) => number): void {
    this.grow(actors.count);
    this.matrix.multiplyMatrices(camera.projectionMatrix, camera.matrixWorldInverse);
    this.frustum.setFromProjectionMatrix(this.matrix);
    this.eye.setFromMatrixPosition(camera.matrixWorld);
    this.fine = this.coarse = 0;
    const { fine, coarse, seen } = this.rows;
    actors.eachPlace((row, x, y, z) => {
      const distance = Math.hypot(x - this.eye.x, y - this.eye.y, z - this.eye.z);
      if (!this.inView(x, y, z, ROOM * scale(distance))) return;
      seen[this.seen] = row;
      if (distance < reach) fine[this.fine++] = row;
      else coarse[this.coarse++] = row;
    });
  }

  private inView(x: number, y: number, z: number, room: number): boolean {
    for (const { normal, constant } of this.frustum.planes) {
      if (normal.x * x + normal.y * y + normal.z * z + constant < -room) return false;
    }
    return true;
  }

  private grow(count: number): void {
    if (this.rows.seen.length >= count) return;
    const room = 2 ** Math.ceil(Math.log2(Math.max(count, 64)));
    this.rows = { fine: new Float32Array(room), coarse: new Float32Array(room), seen: new Float32Array(room) };
  }
}
