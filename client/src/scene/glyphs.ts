/** Letters as pictures: an atlas that draws whatever letters the names of a world need, with a dark rim. */

import { CanvasTexture, LinearFilter, LinearMipmapLinearFilter } from "three";
import { EMBLEM_REACH, emblemOfLetter } from "../emblems";

export interface Glyph {
  /** In the atlas [px]. */
  left: number;
  top: number;
  width: number;
  height: number;
  /** How far the next letter stands [px]. */
  advance: number;
}

const FONT_SIZE = 40;
const EMBLEM_WIDTH = 34;
const MARGIN = 5;
const LINE = FONT_SIZE + 2 * MARGIN + 6;
const WIDTH = 1024;
const FONT = `600 ${FONT_SIZE}px ui-sans-serif, system-ui, "Segoe UI", Roboto, "Helvetica Neue", sans-serif`;
const ALWAYS = " 0123456789+-−#ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz.,:'";

export class GlyphAtlas {
  readonly texture: CanvasTexture;
  private readonly canvas = document.createElement("canvas");
  private readonly glyphs = new Map<string, Glyph>();

  constructor() {
    this.texture = new CanvasTexture(this.canvas);
    this.texture.minFilter = LinearMipmapLinearFilter;
    this.texture.magFilter = LinearFilter;
    this.texture.flipY = false;
    this.texture.premultiplyAlpha = false;
    this.draw(new Set(ALWAYS));
  }

  get size(): [width: number, height: number] {
    return [this.canvas.width, this.canvas.height];
  }

  /** Makes sure that every letter of these texts can be drawn. */
  need(texts: string[]): void {
    const wanted = new Set([...this.glyphs.keys(), ...texts.flatMap((text) => [...text])]);
    if (wanted.size > this.glyphs.size) this.draw(wanted);
  }

  glyph(letter: string): Glyph | undefined {
    return this.glyphs.get(letter);
  }

  private draw(letters: Set<string>): void {
    const context = this.canvas.getContext("2d");
    if (!context) return;
    context.font = FONT;
    this.place([...letters], (letter) => (emblemOfLetter(letter) ? EMBLEM_WIDTH : context.measureText(letter).width));
    this.canvas.width = WIDTH;
    const bottom = Math.max(...[...this.glyphs.values()].map(({ top }) => top)) + LINE;
    this.canvas.height = 2 ** Math.ceil(Math.log2(bottom));
    context.font = FONT;
    context.textBaseline = "middle";
    context.lineJoin = "round";
    for (const [letter, { left, top }] of this.glyphs) {
      context.strokeStyle = "#000000";
      context.lineWidth = 2 * MARGIN;
      context.fillStyle = "#ffffff";
      const outline = emblemOfLetter(letter);
      if (outline) drawOutline(context, outline, left + MARGIN + EMBLEM_WIDTH / 2, top + LINE / 2);
      else {
        context.strokeText(letter, left + MARGIN, top + LINE / 2);
        context.fillText(letter, left + MARGIN, top + LINE / 2);
      }
    }
    this.texture.dispose();
    this.texture.needsUpdate = true;
  }

  private place(letters: string[], measure: (letter: string) => number): void {
    let [left, top] = [0, 0];
    for (const letter of letters) {
      const advance = measure(letter);
      const width = Math.ceil(advance) + 2 * MARGIN;
      if (left + width > WIDTH) [left, top] = [0, top + LINE];
      this.glyphs.set(letter, { left, top, width, height: LINE, advance });
      left += width;
    }
  }
}

function drawOutline(context: CanvasRenderingContext2D, outline: string, x: number, y: number): void {
  const scale = EMBLEM_WIDTH / (2 * EMBLEM_REACH);
  const path = new Path2D();
  path.addPath(new Path2D(outline), new DOMMatrix([scale, 0, 0, scale, x, y]));
  context.stroke(path);
  context.fill(path, "evenodd");
}

/** What a glyph is drawn at for text of this height [px]. */
export function glyphScale(pixels: number): number {
  return pixels / FONT_SIZE;
}

/**
 * The letters of a text about its middle: the glyph of each and where its middle stands [px of the atlas].
 */
export function layout(text: string, glyph: (letter: string) => Glyph | undefined): { glyph: Glyph; x: number }[] {
  const letters = [...text].map(glyph).filter((found) => found !== undefined);
  let x = -letters.reduce((sum, { advance }) => sum + advance, 0) / 2;
  return letters.map((found) => {
    const middle = x + found.advance / 2;
    x += found.advance;
    return { glyph: found, x: middle };
  });
}
