/** Work that follows the world at a calm pace, so that panels never cost the picture its smoothness. */

/**
 * Makes a function that runs `work` in an animation frame, at most once every `ms`, however often it is called. The
 * last call is never lost.
 */
export function paced(work: () => void, ms: number): () => void {
  let asked = false;
  let last = Number.NEGATIVE_INFINITY;
  const run = () => {
    requestAnimationFrame((now) => {
      asked = false;
      last = now;
      work();
    });
  };
  return () => {
    if (asked) return;
    asked = true;
    const wait = last + ms - performance.now();
    if (wait > 0) setTimeout(run, wait);
    else run();
  };
}
