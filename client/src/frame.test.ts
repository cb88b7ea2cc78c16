import { describe, expect, it } from "vitest";
import { layout, message, told } from "./fixtures";
import { frameDecoder, magicOf } from "./frame";

describe("frameDecoder", () => {
  for (const name of ["first", "second"] as const) {
    it(`reads every column of the ${name} message as the encoder wrote it`, () => {
      const frame = frameDecoder(layout)(message(name));
      const { tick, tables } = told[name];
      expect([frame.tick, frame.side, frame.world]).toEqual([tick, 4, 0]);
      expect([frame.key, frame.count]).toEqual([name === "first", 2]);
      for (const [table, columns] of Object.entries(tables)) {
        for (const [column, values] of Object.entries(columns)) {
          const read = (frame as unknown as Record<string, Record<string, ArrayLike<number>>>)[table][column];
          expect([table, column, ...Array.from(read)]).toEqual([table, column, ...(values as number[])]);
        }
      }
    });
  }

  it("copies nothing", () => {
    const bytes = message("first");
    expect(frameDecoder(layout)(bytes).agents.id.buffer).toBe(bytes);
  });

  it("reads past columns it does not know", () => {
    const sections = layout.sections.map((section) =>
      section.name === "agents"
        ? { ...section, fields: [...section.fields, { ...section.fields[0], name: "gold", type: "uint8" }] }
        : section,
    );
    // Two agents: the new column takes 8 bytes behind the others of its table.
    const old = new Uint8Array(message("first"));
    const behind = layout.header_bytes + 3 * 8 + 7 * 8 + 3 * 8;
    const bytes = new Uint8Array(old.length + 8);
    bytes.set(old.subarray(0, behind));
    bytes.set(old.subarray(behind), behind + 8);
    const frame = frameDecoder({ ...layout, sections })(bytes.buffer);
    expect([...frame.plane.material]).toEqual(told.first.tables.plane.material);
  });

  it("says which column is missing or of another type", () => {
    const without = layout.sections.map((s) => ({ ...s, fields: s.fields.filter(({ name }) => name !== "freeze") }));
    expect(() => frameDecoder({ ...layout, sections: without })).toThrow("agents.freeze");
    const other = layout.sections.map((s) => ({ ...s, fields: s.fields.map((f) => ({ ...f, type: "uint8" })) }));
    expect(() => frameDecoder({ ...layout, sections: other })).toThrow(/uint32.*uint8/);
  });

  it.each([0, 10, 60, 100])("refuses a message cut after %i bytes", (size) => {
    expect(() => frameDecoder(layout)(message("first").slice(0, size))).toThrow();
  });

  it("refuses what does not begin as a frame does", () => {
    const bytes = message("first");
    new Uint8Array(bytes)[0] ^= 255;
    expect(() => frameDecoder(layout)(bytes)).toThrow("not a frame");
  });
});

describe("magicOf", () => {
  it("tells frames from overlays", () => {
    expect(magicOf(message("first"))).toBe("NMF1");
    expect(magicOf(new TextEncoder().encode("NMO1....").buffer as ArrayBuffer)).toBe("NMO1");
    expect(magicOf(new ArrayBuffer(2))).toBe("");
  });
});
