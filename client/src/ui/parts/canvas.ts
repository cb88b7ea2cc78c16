/** Drawing on canvases of panels: sharp, in the colours of the theme, and without asking the page to lay itself out. */

export interface Paper {
  pen: CanvasRenderingContext2D;
  /** What the canvas shows [CSS pixels]; the unit of the pen. */
  width: number;
  height: number;
}

const sizes = new WeakMap<Element, { width: number; height: number }>();
const observer =
  typeof ResizeObserver === "undefined"
    ? null // under test, where nothing has a size
    : new ResizeObserver((entries) => {
        for (const { target, contentRect } of entries) sizes.set(target, contentRect);
      });

/** Gives a canvas as many pixels as it shows, wiped, and a pen in CSS pixels. Null while it is not shown. */
export function crisp(canvas: HTMLCanvasElement): Paper | null {
  const { width, height } = sizeOf(canvas);
  const pen = canvas.getContext("2d");
  if (!pen || width === 0 || height === 0) return null;
  const ratio = Math.min(window.devicePixelRatio || 1, 3);
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w) canvas.width = w;
  if (canvas.height !== h) canvas.height = h;
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  return { pen, width, height };
}

/** The size of an element as of the last layout; it is measured once and then watched. */
function sizeOf(element: Element): { width: number; height: number } {
  const known = sizes.get(element);
  if (known) return known;
  observer?.observe(element);
  return { width: element.clientWidth, height: element.clientHeight };
}

const colours = new Map<string, string>();

/** A custom property of the theme, as it is now. */
export function themed(name: string): string {
  const root = document.documentElement;
  const key = `${root.dataset.theme} ${name}`;
  let value = colours.get(key);
  if (value === undefined) {
    value = getComputedStyle(root).getPropertyValue(name).trim();
    colours.set(key, value);
  }
  return value;
}
