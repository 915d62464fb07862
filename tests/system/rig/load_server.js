// An OPC UA server for load: N variables, each set HZ times a second, a slice of them every 10 ms.
//
// Usage: node load_server.js PORT N HZ double|mixed. Prints "ready", then every second how often it set a value;
// ends when its standard input ends. Variables are s=V0 … of namespace urn:load.
"use strict";

const { DataType, OPCUAServer } = require("node-opcua");

const [port, count, hz] = process.argv.slice(2, 5).map(Number);
const mixed = process.argv[5] === "mixed";
const SLICE_MS = 10;
const LATE_MOST = Math.ceil((hz * count) / 10);
const KINDS = [DataType.Double, DataType.Int32, DataType.Float, DataType.Boolean, DataType.UInt16];
const kindOf = (n) => (!mixed ? DataType.Double : n % 50 === 49 ? DataType.String : KINDS[n % KINDS.length]);

process.stdin.resume();
process.stdin.on("end", () => process.exit(0));

function valueOf(kind, turn) {
  if (kind === DataType.Boolean) return turn % 2 === 0;
  if (kind === DataType.String) return `lot ${turn}`;
  return turn % 60000;
}

async function main() {
  const server = new OPCUAServer({
    port, hostname: "127.0.0.1", alternateHostname: ["127.0.0.1"],
    serverInfo: { applicationUri: "urn:load:server", productUri: "urn:load" },
    serverCapabilities: { maxMonitoredItems: 1e6, maxMonitoredItemsPerSubscription: 1e5, maxMonitoredItemsQueueSize: 1000 },
  });
  await server.initialize();
  const space = server.engine.addressSpace;
  const ns = space.registerNamespace("urn:load");
  const folder = ns.addFolder(space.rootFolder.objects, { browseName: "Load" });
  const variables = [];
  for (let n = 0; n < count; n++) {
    const dataType = kindOf(n);
    variables.push(ns.addVariable({
      componentOf: folder, browseName: `V${n}`, nodeId: `ns=${ns.index};s=V${n}`, dataType,
      minimumSamplingInterval: 0, value: { dataType, value: valueOf(dataType, 0) },
    }));
  }
  await server.start();
  console.log("ready");
  const began = performance.now();
  let done = 0;
  let made = 0;
  setInterval(() => {
    const due = Math.floor(((performance.now() - began) / 1000) * hz * count);
    done = Math.max(done, due - LATE_MOST); // an overloaded server sets less, it does not fall behind
    for (; done < due; done++, made++) {
      const n = done % count;
      const dataType = kindOf(n);
      variables[n].setValueFromSource({ dataType, value: valueOf(dataType, Math.floor(done / count) + 1) });
    }
  }, SLICE_MS);
  setInterval(() => console.log(String(made)), 1000);
}

main().catch((error) => { console.error(error); process.exit(1); });
