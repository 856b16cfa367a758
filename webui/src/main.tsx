import { render } from "preact";
import "./ui/tokens.css";
import "./ui/base.css";
import { App } from "./app/App";
import { askAhead } from "./app/begin";
import { applyTheme } from "./app/preferences";
import { start } from "./app/session";
import { followLanguage } from "./app/speak";

applyTheme();
const root = document.getElementById("app");
if (root) {
  // The session, the first rows and the words travel at the same time.
  const session = start(askAhead());
  void followLanguage().then(() => {
    render(<App />, root);
    return session;
  });
}
