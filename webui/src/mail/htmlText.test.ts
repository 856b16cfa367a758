// @vitest-environment happy-dom
import { expect, it } from "vitest";
import { htmlToText } from "./htmlText";

it("reads blocks as lines and spaces as one", () => {
  expect(
    htmlToText("<p>Bonjour  <b>à</b>\n tous,</p><div>deux<br>trois</div><style>p{}</style><ul><li>a<li>b</ul>"),
  ).toBe("Bonjour à tous,\ndeux\ntrois\n- a\n- b");
});

it("survives mail that is nested very deeply", () => {
  expect(htmlToText(`${"<div>".repeat(5000)}fond`)).toBe("fond");
});
