// The mail server of everybody elsewhere: takes what it is sent, or says what it was told to say to a recipient.

import { createServer } from "node:net";

/** `replies`: what is answered to RCPT by address; others are welcome. May be changed at any time; `close` must be called. */
export function startExchanger(replies = {}) {
  const server = createServer((socket) => {
    let inText = false;
    let rest = "";
    const say = (line) => socket.write(`${line}\r\n`);
    say("220 mx.dehors.test ESMTP");
    socket.on("error", () => undefined);
    socket.on("data", (bytes) => {
      const lines = (rest + bytes.toString("latin1")).split("\r\n");
      rest = lines.pop();
      for (const line of lines) {
        if (inText) {
          if (line !== ".") continue;
          inText = false;
          say("250 2.0.0 Ok: queued as 4F2A");
          continue;
        }
        const [verb] = line.toUpperCase().split(/[ :]/);
        if (verb === "EHLO") say("250-mx.dehors.test\r\n250-8BITMIME\r\n250 ENHANCEDSTATUSCODES");
        else if (verb === "RCPT") say(replies[line.match(/<(.*?)>/)[1]] ?? "250 2.1.5 Ok");
        else if (verb === "DATA") {
          inText = true;
          say("354 Go ahead");
        } else if (verb === "QUIT") {
          say("221 2.0.0 Bye");
          socket.end();
        } else say("250 2.0.0 Ok");
      }
    });
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve({ replies, port: server.address().port, close: () => server.close() }));
  });
}
