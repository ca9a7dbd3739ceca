// Tabs by the stock Socket.IO client. Each line on the input is a JSON array: ["open", tab, address, options],
// ["emit", tab, event, argument], ["close", tab]. Prints what happens to the tabs: [what, tab, …]. Ends with its input.

import { createInterface } from "node:readline";
import { io } from "socket.io-client";

const tabs = new Map();
const tell = (...what) => console.log(JSON.stringify(what));

const commands = {
  open(tab, address, options) {
    const socket = io(address, { reconnectionDelay: 20, reconnectionDelayMax: 200, forceNew: true, ...options });
    tabs.set(tab, socket);
    socket.io.on("open", () => {
      tell("transport", tab, socket.io.engine.transport.name);
      socket.io.engine.on("upgrade", (transport) => tell("transport", tab, transport.name));
    });
    socket.on("connect", () => tell("connect", tab));
    socket.on("disconnect", (reason) => tell("disconnect", tab, reason));
    socket.on("connect_error", (error) => tell("connect_error", tab, error.message, error.data ?? null));
    socket.on("hello", (greeting) => tell("hello", tab, greeting));
    socket.on("deployment_update", (event) => tell("deployment_update", tab, event));
  },
  emit(tab, event, argument) {
    tabs.get(tab).emit(event, argument, (answer) => tell("answer", tab, answer));
  },
  close(tab) {
    tabs.get(tab).disconnect();
    tabs.delete(tab);
    tell("closed", tab);
  },
};

const input = createInterface({ input: process.stdin });
input.on("line", (line) => {
  const [command, ...rest] = JSON.parse(line);
  commands[command](...rest);
});
input.on("close", () => process.exit());
