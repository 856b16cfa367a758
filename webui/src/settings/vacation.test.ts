// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { faultOf, fromServer, toServer } from "./vacation";

const none = { enabled: false, first: "", last: "", subject: "", text: "" };
const response = {
  id: "singleton",
  isEnabled: false,
  fromDate: null,
  toDate: null,
  subject: null,
  textBody: null,
  htmlBody: null,
};

describe("the automatic answer", () => {
  it("is empty when nothing was ever said", () => {
    expect(fromServer(response)).toEqual(none);
    expect(toServer(none)).toEqual({ ...response, id: undefined });
  });

  it("lasts from the first day to the end of the last, here", () => {
    const days = { ...none, enabled: true, first: "2026-12-19", last: "2027-01-03", text: "Absente" };
    const sent = toServer(days);
    expect(sent.fromDate).toBe(new Date(2026, 11, 19).toISOString().replace(".000", ""));
    expect(sent.toDate).toBe(new Date(2027, 0, 4).toISOString().replace(".000", ""));
    expect(fromServer({ ...response, ...sent })).toEqual(days);
  });

  it("shows the text of an answer that another program wrote as HTML", () => {
    expect(fromServer({ ...response, htmlBody: "<p>Je suis <b>absente</b>.</p>" }).text).toContain("Je suis absente.");
  });

  it("is not turned on when it would never be sent", () => {
    const now = new Date(2026, 11, 1);
    const on = { ...none, enabled: true, text: "Absente" };
    expect(faultOf(none, now)).toBe(null);
    expect(faultOf(on, now)).toBe(null);
    expect(faultOf({ ...on, text: " " }, now)).toBe("noText");
    expect(faultOf({ ...on, first: "2026-12-20", last: "2026-12-19" }, now)).toBe("backwards");
    expect(faultOf({ ...on, last: "2026-11-30" }, now)).toBe("over");
    expect(faultOf({ ...on, first: "2026-12-01", last: "2026-12-01" }, now)).toBe(null);
  });
});
