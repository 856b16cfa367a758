import { render } from "preact";
import "./ui/tokens.css";
import "./ui/base.css";
import { App } from "./app/App";
import { applyTheme } from "./app/preferences";
import { start } from "./app/session";
import { followLanguage } from "./app/speak";

applyTheme();
const root = document.getElementById("app");
if (root) {
  // The session and the words travel at the same time.
  const session = start();
  void followLanguage().then(() => {
    render(<App />, root);
    return session;
  });
}
