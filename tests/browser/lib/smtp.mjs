// Just enough SMTP to hand a message in.

import { connect } from "node:net";
import { createInterface } from "node:readline";

export async function deliver(port, from, to, message) {
  const socket = connect(port, "127.0.0.1");
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  const expect = async (code) => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done) throw new Error("the server closed the connection");
      if (!value.startsWith(code)) throw new Error(`SMTP: ${value}`);
      if (value[3] !== "-") return;
    }
  };
  const command = async (line, code) => {
    socket.write(`${line}\r\n`);
    await expect(code);
  };
  try {
    await expect("220");
    await command("EHLO sender.test", "250");
    await command(`MAIL FROM:<${from}>`, "250");
    await command(`RCPT TO:<${to}>`, "250");
    await command("DATA", "354");
    const text = message.replace(/\r?\n/g, "\r\n").replace(/^\./gm, "..");
    await command(`${text}\r\n.`, "250");
    await command("QUIT", "221");
  } finally {
    socket.destroy();
  }
}
