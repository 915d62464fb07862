// An OPC UA server built on node-opcua: the line controller of resources/plants/example.toml.
//
// Usage: node packing_server.js PORT. Prints "ready", ends when its standard input ends.
// Each line of standard input sets a variable: `FIL1.State 9`. Namespace urn:acme:packing, string identifiers.
"use strict";

const readline = require("node:readline");
const { DataType, OPCUAServer, coerceLocalizedText } = require("node-opcua");

const port = Number(process.argv[2]);
const URI = "urn:acme:packing";
const RUNNING = 2;

const MACHINES = {
  FIL1: { rate: 120, own: { JawTemperature: [DataType.Double, 174.5] } },
  CHK1: { rate: 120, own: { MeanWeight: [DataType.Double, 250.8] } },
  PCK1: { rate: 5, own: {} },
};

const variables = new Map(); // "FIL1.State" → { node, dataType, value }

function addMachine(ns, folder, name, { rate, own }) {
  const machine = ns.addObject({ organizedBy: folder, browseName: name, nodeId: `ns=${ns.index};s=${name}` });
  const rows = {
    State: [DataType.UInt16, RUNNING],
    Speed: [DataType.Float, rate],
    Good: [DataType.UInt32, 0],
    Bad: [DataType.UInt32, 0],
    StopCode: [DataType.UInt16, 0],
    Lot: [DataType.String, "L-2231"],
    ...own,
  };
  for (const [browseName, [dataType, value]] of Object.entries(rows)) {
    const id = `${name}.${browseName}`;
    const node = ns.addVariable({
      componentOf: machine, browseName, nodeId: `ns=${ns.index};s=${id}`, dataType, value: { dataType, value },
    });
    variables.set(id, { node, dataType, value });
  }
}

function set(id, value) {
  const variable = variables.get(id);
  variable.value = value;
  variable.node.setValueFromSource({ dataType: variable.dataType, value });
}

function produce() {
  for (const [name, { rate }] of Object.entries(MACHINES)) {
    if (variables.get(`${name}.State`).value === RUNNING) {
      set(`${name}.Good`, variables.get(`${name}.Good`).value + Math.ceil(rate / 120));
    }
  }
}

async function main() {
  const server = new OPCUAServer({
    port, hostname: "127.0.0.1", alternateHostname: ["127.0.0.1"],
    serverInfo: {
      applicationUri: `${URI}:server`, productUri: URI, applicationName: coerceLocalizedText("Acme packing line"),
    },
    buildInfo: { productName: "Packing", buildNumber: "1", buildDate: new Date() },
  });
  await server.initialize();
  const space = server.engine.addressSpace;
  const ns = space.registerNamespace(URI);
  for (const [name, machine] of Object.entries(MACHINES)) addMachine(ns, space.rootFolder.objects, name, machine);
  setInterval(produce, 500);
  const orders = readline.createInterface({ input: process.stdin });
  orders.on("line", (line) => { const [id, value] = line.split(" "); set(id, Number(value)); });
  orders.on("close", () => process.exit(0));
  await server.start();
  console.log("ready");
}

main().catch((error) => { console.error(error); process.exit(1); });
