/** What the page remembers from visit to visit. */

/** What was remembered under a key; null if nothing was, or the browser forbids it. */
export function recall(key: string): unknown {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null");
  } catch {
    return null; // storage may be forbidden or hold something else: the page then starts as it does for everyone
  }
}

export function remember(key: string, value: unknown): void {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // Nothing is lost but the memory.
  }
}
