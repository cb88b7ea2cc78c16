/** A picture of the canvas, with what the director says of it as in a film. */

/** The caption's letters and its distance from the lower edge, as shares of the picture's height. */
const LETTERS = 0.034;
const ABOVE = 0.055;
const WIDEST = 0.92;

/** @returns the picture as the address of a PNG. */
export function photograph(canvas: HTMLCanvasElement, caption: string): string {
  if (caption === "") return canvas.toDataURL("image/png");
  const copy = document.createElement("canvas");
  copy.width = canvas.width;
  copy.height = canvas.height;
  const context = copy.getContext("2d");
  if (!context) throw new Error("this browser draws nothing");
  context.drawImage(canvas, 0, 0);
  write(context, caption, copy.width, copy.height);
  return copy.toDataURL("image/png");
}

function write(context: CanvasRenderingContext2D, caption: string, width: number, height: number): void {
  const font = (pixels: number) => `600 ${pixels}px ui-sans-serif, system-ui, "Segoe UI", Roboto, sans-serif`;
  const wanted = Math.max(LETTERS * height, 11);
  context.font = font(wanted);
  const room = Math.min((WIDEST * width) / context.measureText(caption).width, 1);
  context.font = font(wanted * room);
  context.textAlign = "center";
  context.lineJoin = "round";
  context.lineWidth = 0.22 * wanted * room;
  context.strokeStyle = "rgb(0 0 0 / 70%)";
  context.fillStyle = "#ffffff";
  const [x, y] = [width / 2, height * (1 - ABOVE)];
  context.strokeText(caption, x, y);
  context.fillText(caption, x, y);
}
