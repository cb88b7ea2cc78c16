import { expect, test } from "vitest";
import { addressOf, columnsFor, lanesOf } from "./lanes";

test("a world's page lies beside this one and gets its token", () => {
  const lane = { path: "1/", title: "10 M agent steps" };
  expect(addressOf(lane, "https://hub.example/user/proxy/8080/?token=secret&tick=4")).toBe(
    "https://hub.example/user/proxy/8080/1/?beside=1&token=secret",
  );
});

test("what is no list of worlds is refused", () => {
  expect(lanesOf({ lanes: [{ path: "0/", title: "0" }] })).toEqual([{ path: "0/", title: "0" }]);
  expect(() => lanesOf({})).toThrow("nothing of worlds");
  expect(() => lanesOf(null)).toThrow("nothing of worlds");
});

test.each([
  [3, 1920, 1080, 3], // 640 wide: three rows would be 360 high
  [4, 1920, 1080, 2], // two rows of 540
  [2, 390, 844, 1], // one above the other on a phone
  [6, 1280, 720, 3], // two rows of 360
])("%d worlds in %d × %d stand in %d columns", (count, width, height, columns) => {
  expect(columnsFor(count, width, height)).toBe(columns);
});
