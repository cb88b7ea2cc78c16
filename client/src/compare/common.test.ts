import { expect, test } from "vitest";
import { createStore } from "../store";
import { readParameters } from "../url";
import { Common } from "./common";

function worlds(count: number) {
  const themes: string[] = [];
  const common = new Common((theme) => themes.push(theme));
  const stores = Array.from({ length: count }, () => createStore(readParameters("?theme=dark")));
  stores.forEach((store, place) => void common.join(place, store));
  return { common, stores, themes };
}

test("charts reach as high as the highest of them needs", () => {
  const { stores } = worlds(3);
  stores[1].set({ peak: 40 });
  stores[2].set({ peak: 12 });
  expect(stores.map((store) => store.get().chartTop)).toEqual([40, 40, 40]);
  stores[1].set({ peak: 5 }); // what it showed has passed
  expect(stores.map((store) => store.get().chartTop)).toEqual([12, 12, 12]);
});

test("a theme chosen in one world is that of all, and of the page", () => {
  const { stores, themes } = worlds(2);
  stores[1].set({ theme: "light" });
  expect(stores.map((store) => store.get().theme)).toEqual(["light", "light"]);
  expect(themes.at(-1)).toBe("light");
});

test("a page that was loaded anew takes the place of the one before", () => {
  const { common, stores } = worlds(2);
  stores[0].set({ peak: 90 });
  common.join(0, createStore(readParameters("")));
  stores[1].set({ peak: 7 });
  expect(stores[1].get().chartTop).toBe(7);
});
