// A plugin in JavaScript. Its world (`world.wit`) imports what it uses beside the contract: here variables, and no files.
import { getEnvironment } from "wasi:cli/environment@0.2.0";

export const lifecycle = {
  init(_config) {},
  shutdown() {},
};

const commandsByName = {
  greet: (name) => `hello from JavaScript, ${name}`,
  env: (name) => {
    const found = getEnvironment().find(([key]) => key === name);
    if (!found) throw "is not set";
    return found[1];
  },
};

export const commands = {
  run(name, args) {
    const command = commandsByName[name];
    if (!command) throw "there is no such command";
    return command(...args);
  },
};
