/** The worlds that a comparison shows: each is a page of its own, in a frame. */

export interface Lane {
  /** Where its page is, beside this one: "0/". */
  path: string;
  title: string;
}

/** Reads what the server says of its worlds. */
export function lanesOf(data: unknown): Lane[] {
  const lanes = (data as { lanes?: unknown } | null)?.lanes;
  if (!Array.isArray(lanes)) throw new Error("The server says nothing of worlds to compare.");
  return lanes.map(({ path, title }) => ({ path: String(path), title: String(title) }));
}

/** The address of a world's page, with the token, the theme and the quality that this page was opened with. */
export function addressOf(lane: Lane, page: string): string {
  const address = new URL(lane.path, page);
  const given = new URL(page).searchParams;
  address.searchParams.set("beside", "1");
  for (const name of ["token", "theme", "quality"]) {
    const value = given.get(name);
    if (value !== null) address.searchParams.set(name, value);
  }
  return address.href;
}

/** How many columns show so many worlds largest in a window of this shape. */
export function columnsFor(count: number, width: number, height: number): number {
  let best = 1;
  let largest = 0;
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    const size = Math.min(width / columns, height / rows);
    if (size > largest) [best, largest] = [columns, size];
  }
  return best;
}
