// An OPC UA server built on node-opcua whose every value says which server, machine, node and run set it, and when.
//
// Usage: node counting_server.js PORT NUMBER RUN NODES [--host H] [--swapped] [--text] [--sessions N] [--token-ms N].
// Prints "ready"; ends when its standard input ends, and with a clean shutdown at SIGTERM.
// Machines "one" and "two" in namespaces urn:count:one and urn:count:two, nodes s=C0 …: each rises by one every 100 ms.
// A value is ((NUMBER * 10 + machine) * 100 + node) * 1e9 + RUN * 1e6 + turn. On standard input the line
// "drop" ends all subscriptions, "remove" deletes both nodes C0, "sessions" prints how many sessions there are.
"use strict";

const readline = require("node:readline");
const { DataType, OPCUAServer, coerceLocalizedText } = require("node-opcua");

const [port, number, run, nodes] = process.argv.slice(2, 6).map(Number);
const option = (name, otherwise) => {
  const place = process.argv.indexOf(name);
  return place < 0 ? otherwise : process.argv[place + 1];
};
const host = option("--host", "127.0.0.1");
const sessions = Number(option("--sessions", 10));
const tokenMs = Number(option("--token-ms", 10000));
const text = process.argv.includes("--text"); // node C0 became a text
const swapped = process.argv.includes("--swapped"); // the namespaces' indices exchanged
const URIS = ["urn:count:one", "urn:count:two"];
const TICK_MS = 100;
const SHUTDOWN_MS = 3000; // so long it says that it goes away

function addMachine(space, ns, machine) {
  const folder = ns.addFolder(space.rootFolder.objects, { browseName: "Machine" });
  return Array.from({ length: nodes }, (_, n) => {
    const dataType = text && n === 0 ? DataType.String : DataType.Double;
    const base = ((number * 10 + machine) * 100 + n) * 1e9 + run * 1e6;
    const variable = ns.addVariable({
      componentOf: folder, browseName: `C${n}`, nodeId: `ns=${ns.index};s=C${n}`, minimumSamplingInterval: 0, dataType,
      value: { dataType, value: dataType === DataType.String ? "nothing" : base },
    });
    return { variable, base, dataType };
  });
}

function obey(server, space, all) {
  const orders = readline.createInterface({ input: process.stdin });
  orders.on("close", () => process.exit(0));
  orders.on("line", (order) => {
    const open = Object.values(server.engine._sessions);
    if (order === "drop") for (const one of open) for (const sub of [...one.publishEngine.subscriptions]) sub.terminate();
    if (order === "remove") for (const { variable } of all.filter((_, n) => n % nodes === 0)) space.deleteNode(variable);
    if (order === "sessions") console.log(String(open.length));
  });
}

async function main() {
  const server = new OPCUAServer({
    port, host, hostname: host, alternateHostname: [host], defaultSecureTokenLifetime: tokenMs,
    serverInfo: {
      applicationUri: `urn:count:${number}`, productUri: "urn:count", applicationName: coerceLocalizedText("Counter"),
    },
    serverCapabilities: { maxSessions: sessions },
  });
  await server.initialize();
  const space = server.engine.addressSpace;
  for (const uri of swapped ? [...URIS].reverse() : URIS) space.registerNamespace(uri);
  const all = URIS.flatMap((uri, machine) => addMachine(space, space.getNamespace(uri), machine));
  obey(server, space, all);
  await server.start();
  process.on("SIGTERM", () => server.shutdown(SHUTDOWN_MS).then(() => process.exit(0)));
  console.log("ready");
  let turn = 0;
  setInterval(() => {
    turn += 1;
    for (const { variable, base, dataType } of all) {
      const value = dataType === DataType.String ? `turn ${turn}` : base + turn;
      variable.setValueFromSource({ dataType, value });
    }
  }, TICK_MS);
}

main().catch((error) => { console.error(error); process.exit(1); });
