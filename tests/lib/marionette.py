"""Marionette, by which Mozilla's programs are driven: lengths and JSON on a socket, scripts with the program's own rights."""

import json
import os
import pathlib
import socket
import subprocess
import time


class Marionette:
    """A program of Mozilla's without a screen, on a profile of its own."""

    def __init__(self, program: str, profile: pathlib.Path, preferences: dict, patience: float = 240):
        self.patience = patience
        self.profile = profile
        profile.mkdir(parents=True)
        given = {"marionette.port": 0, **preferences}
        (profile / "user.js").write_text("".join(f"user_pref({json.dumps(key)}, {json.dumps(value)});\n" for key, value in given.items()))
        command = [program, "--headless", "--no-remote", "--profile", str(profile), "--marionette", "--remote-allow-system-access"]
        environment = {**os.environ, "HOME": str(profile), "MOZ_CRASHREPORTER_DISABLE": "1", "LANG": "C.UTF-8"}
        with open(profile / "output.log", "wb") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=environment)
        try:
            self.socket = socket.create_connection(("127.0.0.1", self._port()), timeout=patience)
            self.stream = self.socket.makefile("rb")
            self.serial = 0
            self._read()  # who it is
            self.say("WebDriver:NewSession")
            self.say("WebDriver:SetTimeouts", script=int(patience * 1000))
            self.say("Marionette:SetContext", value="chrome")
        except BaseException:
            self.close()
            raise

    def _port(self) -> int:
        end = time.monotonic() + self.patience
        file = self.profile / "MarionetteActivePort"
        while not file.exists() or not file.read_text():
            assert self.process.poll() is None and time.monotonic() < end, self.output()
            time.sleep(0.05)
        return int(file.read_text())

    def output(self) -> str:
        return (self.profile / "output.log").read_text(errors="replace")[-3000:]

    def _read(self):
        length = b""
        while (octet := self.stream.read(1)) != b":":
            assert octet, f"it has gone\n{self.output()}"
            length += octet
        return json.loads(self.stream.read(int(length)))

    def say(self, command: str, **parameters):
        self.serial += 1
        text = json.dumps([0, self.serial, command, parameters]).encode()
        self.socket.sendall(b"%d:%s" % (len(text), text))
        _, _, error, result = self._read()
        assert error is None, f"{command}: {error['error']}: {error['message']}\n{error.get('stacktrace', '')}\n{self.output()}"
        return result

    def run(self, script: str, **given):
        """What the body of an async function returns; it sees what is given as names of its own."""
        script = (
            f"const [{{{', '.join(given)}}}, done] = arguments;\n"
            f"(async () => {{ {script}\n}})()"
            ".then((value) => done({ value: value ?? null }), (error) => done({ error: `${error}\\n${error?.stack ?? ''}` }));"
        )
        answer = self.say("WebDriver:ExecuteAsyncScript", script=script, args=[given], sandbox="system", newSandbox=True)["value"]
        assert "error" not in answer, answer["error"]
        return answer["value"]

    def close(self) -> None:
        """Its children go when it is gone."""
        self.process.kill()
        self.process.wait()
