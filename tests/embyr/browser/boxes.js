(touch) => {
  // Everything that is wrong with the boxes of a page, in words: a function of whether fingers use it. What scrolls is
  // scrolled to each control in turn, and back. Only what is seen counts.
  const BLOCKS = ".top, .dock, .column, .transport, .play, .pad, .presented";
  const CONTROLS = "button, input, select, a[href], canvas.sight, canvas.minimap";
  const seen = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const called = (element) =>
    element && (element.id || element.getAttribute("aria-label") || element.innerText || element.className || element.tagName);
  const cross = (a, b) =>
    Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;
  const pairs = (all) => all.flatMap((one, i) => all.slice(i + 1).map((other) => [one, other]));
  const box = (element) => element.getBoundingClientRect();
  const part = (element) => element.closest(`.panel-body, ${BLOCKS}`);
  const wrong = [];

  const blocks = [...document.querySelectorAll(BLOCKS)].filter(seen);
  for (const [one, other] of pairs(blocks)) {
    const within = one.contains(other) && getComputedStyle(other).position !== "absolute";
    if (!within && cross(box(one), box(other))) wrong.push(`${one.className} lies over ${other.className}`);
  }
  for (const block of [document.documentElement, ...blocks])
    if (block.scrollWidth > block.clientWidth + 1) wrong.push(`${block.className || "the page"} is too wide`);

  const column = document.querySelector("#column");
  const before = column.scrollTop;
  const controls = [...document.querySelectorAll(CONTROLS)].filter((one) => seen(one) && !one.closest("[inert]"));
  const boxes = controls.map((control) => {
    control.scrollIntoView({ block: "center", inline: "nearest" });
    const target = control.matches("input[type=checkbox]") ? control.closest("label") : control;
    const { left, top, right, bottom, width, height } = box(target);
    if (left < -0.5 || top < -0.5 || right > innerWidth + 0.5 || bottom > innerHeight + 0.5)
      wrong.push(`${called(control)} reaches beyond the window`);
    const there = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
    if (!target.contains(there) && !there?.contains(target))
      wrong.push(`${called(control)} lies below ${called(there)}`);
    if (touch && Math.min(width, height) < 43.5)
      wrong.push(`${called(control)} is ${width.toFixed()} × ${height.toFixed()}`);
    return { left, right, top: top + column.scrollTop, bottom: bottom + column.scrollTop, control };
  });
  column.scrollTop = before;
  for (const [a, b] of pairs(boxes.filter(({ control }) => !control.closest(".feed, .population-list"))))
    if (part(a.control) === part(b.control) && cross(a, b))
      wrong.push(`${called(a.control)} lies over ${called(b.control)}`);
  return [...new Set(wrong)];
}
